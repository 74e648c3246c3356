/**
 * Small things that a node keeps beside the ledger and can erase: applications, evidence as ciphertext, openings.
 *
 * Names are 1 to 200 characters of `[a-z0-9./-]`, without empty or dotted parts; a slash makes folders. A `put` is atomic
 * and durable when it resolves. Nothing is promised about several names together.
 */
export interface BlobStore {
  get(name: string): Promise<Uint8Array | undefined>;
  /** Bytes of a blob; `undefined` when it is not there. */
  size(name: string): Promise<number | undefined>;
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Erases a blob, or a folder with everything in it; what is not there is erased. */
  delete(name: string): Promise<void>;
  /** What stands directly in a folder, blobs and folders alike, sorted; `""` is the outermost. */
  list(folder: string): Promise<readonly string[]>;
}
