import { err, ok, type Result } from "../../core/index.ts";
import { isRef, type PdfDict, type PdfRef, type PdfValue } from "../pdf/value.ts";
import { Damage } from "./damage.ts";
import { PdfObjects } from "./objects.ts";
import { decodeStream } from "./stream.ts";

// Takes files out of a PDF that anybody may have written. Nothing in it is run, drawn or fetched.

/** A file that travels in a document. */
export type FoundFile = {
  readonly name: string;
  /** Media type; empty where the document does not say. */
  readonly type: string;
  /** Its content. @throws nothing: `PDF_DAMAGED` is a value here as well */
  read(maxBytes: number): Result<Uint8Array, PdfRefusal>;
};

export type PdfRefusal =
  /** `at`: which byte of the file; `what` is not as it must be there. */
  | { readonly code: "PDF_DAMAGED"; readonly at: number; readonly what: string }
  | { readonly code: "PDF_ENCRYPTED" };

const MAX_NODES = 1024;
const MAX_FILES = 1024;

/**
 * The files attached to a document as a whole, each once. What hangs on a place of a page is none of them.
 *
 * @returns the files, else `PDF_ENCRYPTED`, `PDF_DAMAGED`
 */
export function readAttachments(bytes: Uint8Array): Result<readonly FoundFile[], PdfRefusal> {
  return guarded(() => {
    const objects = new PdfObjects(bytes);
    if (objects.trailer.has("Encrypt")) return err({ code: "PDF_ENCRYPTED" });
    const catalog = objects.dict(objects.trailer.get("Root"));
    if (catalog === undefined) throw new Damage(0, "catalog");
    const files = new Map<number, FoundFile>();
    for (const specification of specificationsOf(objects, catalog)) {
      const file = fileOf(objects, specification);
      if (file !== undefined)
        files.set(file.ref.object, readable(objects, specification, file.ref));
    }
    return ok([...files.values()]);
  });
}

function guarded<T>(work: () => Result<T, PdfRefusal>): Result<T, PdfRefusal> {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof Damage)) throw thrown;
    return err({ code: "PDF_DAMAGED", at: thrown.at, what: thrown.what });
  }
}

/** From the tree of names, and from the list of associated files, where both usually name the same. */
function specificationsOf(objects: PdfObjects, catalog: PdfDict): PdfDict[] {
  const names = objects.dict(catalog.get("Names"));
  const named = leavesOf(objects, objects.dict(names?.get("EmbeddedFiles")));
  const associated = objects.resolve(catalog.get("AF"));
  const found = Array.isArray(associated) ? named.concat(associated) : named;
  if (found.length > MAX_FILES) throw new Damage(0, "files");
  return found.flatMap((each) => objects.dict(each) ?? []);
}

/** The values in a tree of names. @see ISO 32000-1, 7.9.6 */
function leavesOf(objects: PdfObjects, root: PdfDict | undefined): PdfValue[] {
  const waiting: PdfDict[] = root === undefined ? [] : [root];
  const leaves: PdfValue[] = [];
  for (let count = 0; ; count++) {
    const node = waiting.pop();
    if (node === undefined) return leaves;
    if (count >= MAX_NODES) throw new Damage(0, "names");
    const [pairs, kids] = ["Names", "Kids"].map((name) => objects.resolve(node.get(name)));
    if (Array.isArray(pairs)) {
      if (leaves.length + pairs.length / 2 > MAX_FILES) throw new Damage(0, "files");
      leaves.push(...pairs.filter((_, i) => i % 2 === 1));
    }
    if (!Array.isArray(kids)) continue;
    if (kids.length > MAX_NODES) throw new Damage(0, "names");
    waiting.push(...kids.flatMap((kid) => objects.dict(kid) ?? []));
  }
}

function fileOf(objects: PdfObjects, specification: PdfDict): { ref: PdfRef } | undefined {
  const files = objects.dict(specification.get("EF"));
  const ref = files?.get("UF") ?? files?.get("F");
  return isRef(ref) ? { ref } : undefined;
}

function readable(objects: PdfObjects, specification: PdfDict, ref: PdfRef): FoundFile {
  const stream = objects.stream(ref);
  const type = objects.resolve(stream.dict.get("Subtype"));
  const name = objects.resolve(specification.get("UF") ?? specification.get("F"));
  return {
    name: name instanceof Uint8Array ? textOf(name) : "",
    type: typeof type === "string" ? type : "",
    read: (maxBytes) => guarded(() => ok(decodeStream(resolved(), maxBytes))),
  };

  /** Filters may stand in objects of their own. */
  function resolved() {
    const dict = new Map([...stream.dict].map(([key, value]) => [key, objects.resolve(value)]));
    return { ...stream, dict };
  }
}

/** A text string. @see ISO 32000-1, 7.9.2.2 */
function textOf(bytes: Uint8Array): string {
  if (bytes[0] !== 0xfe || bytes[1] !== 0xff) return Buffer.from(bytes).toString("latin1");
  return Buffer.from(bytes.subarray(2, bytes.length & ~1))
    .swap16()
    .toString("utf16le");
}
