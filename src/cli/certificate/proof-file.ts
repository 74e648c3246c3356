import { fromUtf8, utf8 } from "../../core/index.ts";
import {
  type Attachment,
  type FoundFile,
  type PdfRefusal,
  readAttachments,
} from "../../paper/index.ts";
import { HISTORY_FORMAT, PROOF_FORMAT } from "../../verify/index.ts";
import { CliProblem } from "../problem.ts";
import type { Text } from "../text.ts";
import { isHistory } from "../verify/judge.ts";

// The proof inside a certificate. A PDF may come from anybody: nothing but the attached proof is taken from it, and that is
// believed no more than a bare file.

const NAME = "cityid-proof.json";
const TYPES = {
  [PROOF_FORMAT]: "application/vnd.cityid.proof+json",
  [HISTORY_FORMAT]: "application/vnd.cityid.history+json",
} as const;
const OUR_TYPES = "application/vnd.cityid.";

/** Inside a PDF it is deflated. */
export const MAX_PROOF_BYTES: number = 32 * 1024 * 1024;
export const MAX_PDF_BYTES: number = 64 * 1024 * 1024;

/** Why a PDF gives no proof. */
export type ProofFileRefusal =
  | PdfRefusal
  | { readonly code: "PDF_SIZE"; readonly got: number; readonly max: number }
  | { readonly code: "PDF_NO_PROOF" }
  /** Which of them would count, nobody can say. */
  | { readonly code: "PDF_PROOFS"; readonly got: number };

/** The proof as it is attached. A chain of record proofs is of their type. */
export function proofAttachment(text: string): Attachment {
  return {
    name: NAME,
    description: "The proof; this is what counts. 证明文件，以此为准。",
    type: TYPES[isHistory(text) ? HISTORY_FORMAT : PROOF_FORMAT],
    bytes: utf8(text),
  };
}

/** Whether a file says that it is a PDF. */
export function isPdf(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * The proof in a PDF, as text that nobody has checked yet.
 *
 * @throws CliProblem `CLI_PDF_PROOF` with, as its cause, `PDF_SIZE`, `PDF_ENCRYPTED`, `PDF_DAMAGED`, `PDF_NO_PROOF`,
 *   `PDF_PROOFS`
 */
export function proofInPdf(path: string, bytes: Uint8Array): string {
  const got = bytes.length;
  if (got > MAX_PDF_BYTES) throw noProof(path, { code: "PDF_SIZE", got, max: MAX_PDF_BYTES });
  const files = readAttachments(bytes);
  if (!files.ok) throw noProof(path, files.error);
  const proofs = files.value.filter(isProof);
  const [proof] = proofs;
  if (proof === undefined) throw noProof(path, { code: "PDF_NO_PROOF" });
  if (proofs.length > 1) throw noProof(path, { code: "PDF_PROOFS", got: proofs.length });
  const content = proof.read(MAX_PROOF_BYTES);
  if (!content.ok) throw noProof(path, content.error);
  const text = fromUtf8(content.value);
  if (text === undefined) throw noProof(path, { code: "PDF_DAMAGED", at: 0, what: "UTF-8" });
  return text;
}

/** Programs that save a document anew may forget one of both. */
function isProof({ name, type }: FoundFile): boolean {
  return name === NAME || type.startsWith(OUR_TYPES);
}

const MAGIC = utf8("%PDF-");

function noProof(path: string, { code: cause, ...facts }: ProofFileRefusal): CliProblem {
  return new CliProblem("CLI_PDF_PROOF", { path, cause, ...facts, why: WHY[cause] });
}

const WHY: { readonly [cause in ProofFileRefusal["code"]]: Text } = {
  PDF_SIZE: { en: "it is larger than a certificate can be", zh: "文件大于证明书可能的大小" },
  PDF_ENCRYPTED: { en: "it is encrypted", zh: "文件已加密" },
  PDF_DAMAGED: { en: "it is damaged", zh: "文件已损坏" },
  PDF_NO_PROOF: { en: "none is attached to it", zh: "其中没有附带证明" },
  PDF_PROOFS: { en: "more than one is attached to it", zh: "其中附带了不止一个证明" },
};
