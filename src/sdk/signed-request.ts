import { sha256 } from "#crypto";
import { base64, hex, utf8 } from "../core/index.ts";
import type { Signer } from "./signer.ts";

/** Whose key signs requests for what is not public. */
export type Requester = {
  readonly signer: Signer;
  /** `<code>#<generation>`, `member/<ID>`, or `application/<id>` before a ledger knows the applicant. */
  readonly holder: string;
};

/** The parts of a request that its signature covers. */
export type Unsigned = {
  readonly method: string;
  /** Absolute, as it will be sent. */
  readonly url: string;
  readonly body: Uint8Array | undefined;
};

/** When and with what chance a request is signed; both are made here unless a test gives them. */
export type Freshness = { readonly createdSeconds: number; readonly nonce: string };

/**
 * The header fields that sign a request, over method, target URI and, with a body, its digest.
 *
 * @see RFC 9421 §2.5, §3.1; RFC 9530 §2
 */
export async function signRequest(
  request: Unsigned,
  { signer, holder }: Requester,
  { createdSeconds, nonce }: Freshness = fresh(),
): Promise<{ readonly [name: string]: string }> {
  const covered: [string, string][] = [
    ["@method", request.method],
    ["@target-uri", request.url],
  ];
  const digest = request.body && `sha-256=:${base64(sha256(request.body))}:`;
  if (digest !== undefined) covered.push(["content-digest", digest]);
  const names = covered.map(([name]) => `"${name}"`).join(" ");
  const keyId = `${holder}/${hex(signer.kid)}`;
  const parameters = `(${names});created=${createdSeconds};nonce="${nonce}";keyid="${keyId}"`;
  const lines = covered.map(([name, value]) => `"${name}": ${value}`);
  const base = [...lines, `"@signature-params": ${parameters}`].join("\n");
  const signature = await signer.sign(utf8(base));
  return {
    ...(digest === undefined ? {} : { "content-digest": digest }),
    "signature-input": `cityid=${parameters}`,
    signature: `cityid=:${base64(signature)}:`,
  };
}

function fresh(): Freshness {
  const nonce = hex(crypto.getRandomValues(new Uint8Array(16)));
  return { createdSeconds: Math.floor(Date.now() / 1000), nonce };
}
