/** Where a run reads and writes; `process` gives it, tests bring their own. */
export type Terminal = {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Results: what a script reads. */
  readonly output: Output;
  /** Everything else: questions, progress, problems. */
  readonly errors: Output;
  readonly env: { readonly [name: string]: string | undefined };
};

export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};
