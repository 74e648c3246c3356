import type { BlobStore } from "./port.ts";

/** A store that forgets everything with the process: for tests, and for nodes that keep nothing. */
export function memoryStore(): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  return {
    get: async (name) => blobs.get(name)?.slice(),
    size: async (name) => blobs.get(name)?.length,
    put: async (name, bytes) => {
      blobs.set(name, bytes.slice());
    },
    delete: async (name) => {
      for (const each of blobs.keys()) {
        if (each === name || each.startsWith(`${name}/`)) blobs.delete(each);
      }
    },
    list: async (folder) => {
      const prefix = folder === "" ? "" : `${folder}/`;
      const inside = [...blobs.keys()].filter((name) => name.startsWith(prefix));
      return [
        ...new Set(inside.map((name) => name.slice(prefix.length).split("/")[0] ?? "")),
      ].sort();
    },
  };
}
