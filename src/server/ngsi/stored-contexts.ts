import { err, fromUtf8, hex, ok, type Result, sha256, utf8 } from "../../core/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { BlobStore } from "../store/port.ts";

/** `Hosted` is what a client asked to keep, `ImplicitlyCreated` what a subscription came with (GS CIM 009 §5.13.1). */
export type StoredKind = "Hosted" | "ImplicitlyCreated";

/** A context that is kept here. */
export type StoredContext = {
  readonly id: string;
  readonly createdMilliseconds: number;
  readonly context: unknown;
  readonly kind: StoredKind;
};

/** Contexts of one dataset, each at most as large as one of a request may be. */
const MAX_CONTEXTS = 1000;
const MAX_CHARACTERS = 64 * 1024;
const ID = /^([0-9a-f]{16})-([0-9a-f]{32})$/;

/**
 * Contexts that clients of a dataset keep at the node. Everybody who knows the id of one reads it, as any vocabulary; what
 * there is hears only who sees the dataset.
 */
export class StoredContexts {
  readonly #blobs: BlobStore;
  readonly #random: (bytes: number) => Uint8Array;

  constructor(blobs: BlobStore, random: (bytes: number) => Uint8Array) {
    this.#blobs = blobs;
    this.#random = random;
  }

  async add(origin: string, context: unknown, now: number): Promise<Result<string, AnyRefusal>> {
    return this.#put(origin, hex(this.#random(16)), { createdMilliseconds: now, context });
  }

  /** Keeps what a subscription came with; the same context is kept once, however many come with it. */
  async addImplicit(
    origin: string,
    context: unknown,
    now: number,
  ): Promise<Result<string, AnyRefusal>> {
    const name = hex(sha256(utf8(JSON.stringify(context)))).slice(0, 32);
    const id = `${folderOf(origin)}-${name}`;
    if ((await this.get(id)) !== undefined) return ok(id);
    return this.#put(origin, name, {
      createdMilliseconds: now,
      context,
      kind: "ImplicitlyCreated",
    });
  }

  async #put(
    origin: string,
    name: string,
    stored: Omit<StoredContext, "id" | "kind"> & { readonly kind?: StoredKind },
  ): Promise<Result<string, AnyRefusal>> {
    const folder = folderOf(origin);
    const text = JSON.stringify(stored);
    if (text.length > MAX_CHARACTERS) {
      return err({ code: "HTTP_BODY_SIZE", max: MAX_CHARACTERS });
    }
    if ((await this.#blobs.list(folder)).length >= MAX_CONTEXTS) {
      return err({ code: "HTTP_FULL", what: "contexts", max: MAX_CONTEXTS });
    }
    await this.#blobs.put(`${folder}/${name}`, utf8(text));
    return ok(`${folder}-${name}`);
  }

  /** In the order of their making. */
  async list(origin: string): Promise<readonly StoredContext[]> {
    const folder = folderOf(origin);
    const found: StoredContext[] = [];
    for (const name of await this.#blobs.list(folder)) {
      const stored = await this.get(`${folder}-${name}`);
      if (stored !== undefined) found.push(stored);
    }
    return found.sort((a, b) => a.createdMilliseconds - b.createdMilliseconds);
  }

  async get(id: string): Promise<StoredContext | undefined> {
    const name = blobOf(id);
    const bytes = name && (await this.#blobs.get(name));
    const text = bytes && fromUtf8(bytes);
    return text ? { id, kind: "Hosted", ...JSON.parse(text) } : undefined;
  }

  isOf(origin: string, id: string): boolean {
    return blobOf(id)?.startsWith(`${folderOf(origin)}/`) === true;
  }

  /** @returns whether this dataset had it */
  async remove(origin: string, id: string): Promise<boolean> {
    const name = blobOf(id);
    if (
      name === undefined ||
      !this.isOf(origin, id) ||
      (await this.#blobs.size(name)) === undefined
    )
      return false;
    await this.#blobs.delete(name);
    return true;
  }
}

function folderOf(origin: string): string {
  return hex(sha256(utf8(origin))).slice(0, 16);
}

function blobOf(id: string): string | undefined {
  const [, folder, name] = ID.exec(id) ?? [];
  return folder === undefined ? undefined : `${folder}/${name}`;
}
