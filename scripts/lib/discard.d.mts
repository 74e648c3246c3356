export function discard(path: string | URL): void;
