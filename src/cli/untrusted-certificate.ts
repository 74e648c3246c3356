import type { NodeUnreachable } from "../sdk/index.ts";
import { CliProblem } from "./problem.ts";

/** What OpenSSL and Node.js call certificates that they do not take; `ERR_SSL_…` is of the talk itself. */
const OF_CERTIFICATE = /^(?!ERR_SSL_).*(?:CERT|LEAF_SIGNATURE|INVALID_CA|HOSTNAME_MISMATCH)/;

/** Of a node that does answer, but with a certificate that is not trusted; `undefined` where it is something else. */
export function untrustedCertificate(silence: NodeUnreachable): CliProblem | undefined {
  for (let cause = silence.cause; cause instanceof Error; cause = cause.cause) {
    const reason = "code" in cause ? String(cause.code) : "";
    if (!OF_CERTIFICATE.test(reason)) continue;
    const facts = { url: new URL(silence.url).origin, reason };
    return new CliProblem("CLI_NODE_CERTIFICATE", facts, { cause: silence });
  }
  return undefined;
}
