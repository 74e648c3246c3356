import { type CodeRecord, fromBase64, fromHex, type Hash, toHash } from "../core/index.ts";
import {
  type RecordVerdict,
  type TrustOptions,
  verifyChildrenPage,
  verifyRecordProof,
} from "../verify/index.ts";
import type { Paging } from "./json.ts";
import { ProofMismatch } from "./problem.ts";
import type { Reading } from "./reading.ts";
import type { ChildrenAnswer } from "./shapes.ts";

/** Fetches a page of children and checks that it has no gap against the root that it names. @throws ProofMismatch */
export async function fetchChildren(
  reading: Reading,
  code: string,
  paging?: Paging & { readonly start?: number },
): Promise<ChildrenAnswer> {
  const page = await reading.childrenPage(code, paging);
  checkChildrenPage(page);
  return page;
}

/**
 * Checks a page as a node answers it: `codes` are all children from `start` on, in the tree of `count` under the `root` that
 * it names. That this root is the record's, only a proof of the record shows. @throws ProofMismatch
 */
export function checkChildrenPage(page: ChildrenAnswer): void {
  checkPage(page, { count: page.count, root: readHash(fromHex(page.root)) });
}

function checkPage(page: ChildrenAnswer, children: CodeRecord["children"]): void {
  const path = page.path.map((hash) => readHash(fromBase64(hash)));
  const { start, codes } = page;
  // Behind the last child there is nothing to prove.
  if (codes.length === 0 && start === children.count && start > 0) return;
  const verified = verifyChildrenPage({ start, codes, path }, children);
  if (!verified.ok) throw new ProofMismatch(`children of ${page.code}`, verified.error);
}

/** A page of children, and what the proof of their record says. */
export type ProvenChildren = { readonly page: ChildrenAnswer; readonly verdict: RecordVerdict };

/**
 * Fetches a page of children with the proof of the record whose children they are, as of one block, and checks both: nobody
 * is believed but whom the policy names.
 *
 * @throws ProofMismatch
 */
export async function fetchProvenChildren(
  reading: Reading,
  code: string,
  trust: TrustOptions,
  paging?: Paging & { readonly start?: number },
): Promise<ProvenChildren> {
  const page = await reading.childrenPage(code, { ...paging, proof: 1 });
  const verified = await verifyRecordProof(page.proof, trust);
  if (!verified.ok) throw new ProofMismatch(`children of ${code}`, verified.error);
  const verdict = verified.value;
  if (verdict.record?.code !== code) {
    throw new ProofMismatch(`children of ${code}`, { code: "PROOF_RECORD_CODE" });
  }
  checkPage(page, verdict.record.children);
  return { page, verdict };
}

/**
 * All children, page by page; each page is checked, and that the pages follow one another to the end. Children are only
 * ever added, so those that join meanwhile come last. @throws ProofMismatch
 */
export async function* everyChild(
  reading: Reading,
  code: string,
): AsyncGenerator<ChildrenAnswer["items"][number], void, undefined> {
  for (let start = 0; ; ) {
    const page = await fetchChildren(reading, code, { limit: PAGE, start });
    const got = page.codes.length;
    if (page.start !== start || (got === 0 && start < page.count)) {
      throw new ProofMismatch(`children of ${code}`, { code: "PROOF_RANGE" });
    }
    yield* page.items;
    start += got;
    if (start >= page.count) return;
  }
}

const PAGE = 1000;

function readHash(bytes: Uint8Array | undefined): Hash {
  const hash = bytes === undefined ? undefined : toHash(bytes);
  if (hash === undefined) throw new ProofMismatch("children", { code: "PROOF_HASH_LENGTH" });
  return hash;
}
