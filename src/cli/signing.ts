import { setTimeout as wait } from "node:timers/promises";
import { hex, type Operation, parsePolicy } from "../core/index.ts";
import {
  describeOperation,
  type Outcome,
  type Requester,
  type Signed,
  type Signer,
  signOperation,
} from "../sdk/index.ts";
import { verifyReceipt } from "../verify/index.ts";
import { judgeShape } from "./judge-shape.ts";
import { type KeyFile, readKeyFile, unlockKey } from "./key-file.ts";
import { passphraseFor } from "./passphrase.ts";
import { CliProblem } from "./problem.ts";
import { askYesNo } from "./prompt.ts";
import { checkReceiptPath, keepReceipt, signedBefore } from "./receipt-file.ts";
import { Refused } from "./refused.ts";
import type { Run } from "./run.ts";

/** The key that this run signs with, and whose it is. */
export type Identity = { readonly file: KeyFile; readonly holder: string };

/** Reads who signs: `--key` or CITYID_KEY, and `--as` or what the key file says. */
export async function identityOf(run: Run): Promise<Identity> {
  const path = run.options.key ?? run.terminal.env.CITYID_KEY;
  if (path === undefined) throw new CliProblem("CLI_KEY_NONE");
  const file = await readKeyFile(path);
  const holder = run.options.as ?? file.holder;
  if (holder === undefined) {
    throw new CliProblem("CLI_MISSING", {
      want: { en: "whose key this is", zh: "此密钥属于谁" },
      example: "--as MA.156.1301",
    });
  }
  return { file, holder };
}

/** Opens the private key, asking for its passphrase where it has one. */
export function openSigner(run: Run, { file }: Identity): Promise<Signer> {
  const before = run.opened.get(file.path);
  if (before !== undefined) return before;
  const signer = unlockKey(file.path, () => passphraseFor(run, file.path));
  run.opened.set(file.path, signer);
  return signer;
}

/** An operation that was shown, agreed to and signed. */
export async function signShown(
  run: Run,
  operation: Operation,
  identity?: Identity,
): Promise<Signed & { readonly signer: Signer; readonly identity: Identity }> {
  judgeShape(operation);
  const who = identity ?? (await identityOf(run));
  const { origin } = await run.client.node();
  await confirmSigning(run, describeOperation(operation, run.language), who, origin);
  const signer = await openSigner(run, who);
  const iatSeconds = Math.floor(run.now().getTime() / 1000);
  const signed = await signOperation({
    iss: who.holder,
    aud: origin,
    iatSeconds,
    signer,
    operation,
  });
  return { ...signed, signer, identity: who };
}

/** Shows what will be signed, by whom, for which ledger; then asks, unless `--yes` answered already. */
export async function confirmSigning(
  run: Run,
  words: readonly string[],
  { file, holder }: Identity,
  origin: string,
): Promise<void> {
  await checkReceiptPath(run);
  const [first = "", ...rest] = words;
  run.note(first);
  for (const line of rest) run.note(`  ${line}`);
  run.note(
    run.say({
      en: `  Signed by ${holder} with key ${file.kid}, for the ledger ${origin}.`,
      zh: `  签署方 ${holder}，密钥 ${file.kid}，账本 ${origin}。`,
    }),
  );
  if (run.yes) return;
  if (run.terminal.input.isTTY !== true) throw new CliProblem("CLI_CONFIRMATION");
  const agreed = await askYesNo(run.terminal, run.say({ en: "Sign? [y/N] ", zh: "签署？[y/N] " }));
  if (!agreed) throw new CliProblem("CLI_DECLINED");
}

export type Accepted = Extract<Outcome, { status: "accepted" }> & {
  /** Id of the decision, manifest or registration that the operation may have begun. */
  readonly id: string;
};

/** Shows, asks, signs, submits, and keeps the receipt where `--receipt` says. @throws Refused */
export async function signAndSubmit(
  run: Run,
  operation: Operation,
  identity?: Identity,
): Promise<Accepted> {
  const who = identity ?? (await identityOf(run));
  const before = await handedInBefore(run, operation, who);
  return submitSigned(run, before ?? (await signShown(run, operation, who)));
}

/** The operation as it was signed in an earlier run that kept its receipt where this one is to. */
async function handedInBefore(
  run: Run,
  operation: Operation,
  { holder: iss }: Identity,
): Promise<Signed | undefined> {
  if (run.options.receipt === undefined) return undefined;
  judgeShape(operation);
  const { origin: aud } = await run.client.node();
  const before = await signedBefore(run, operation, { iss, aud });
  if (before === undefined) return undefined;
  run.note(
    run.say({
      en: `${run.options.receipt} is the receipt of this very operation: it is handed in again as it is, and not signed anew.`,
      zh: `${run.options.receipt} 正是此操作的回执：原样重新提交，不再签署。`,
    }),
  );
  return before;
}

export async function submitSigned(run: Run, { bytes, id }: Signed): Promise<Accepted> {
  const outcome = await run.client.submit(bytes);
  if (outcome.status === "refused") throw new Refused(outcome);
  if (run.options.receipt !== undefined) {
    await keepReceipt(run, (await cosigned(run, bytes, outcome)).receipt, bytes);
  }
  return { ...outcome, id: hex(id) };
}

/** Witnesses cosign what was written within a second or two; who is silent for so long is silent for longer. */
const COSIGNED_TRIES = 20;
const COSIGNED_PAUSE_MILLISECONDS = 500;

/** The receipt with the cosignatures that the ledger's policy asks for: what comes with the answer has the log's own signature alone. */
async function cosigned(
  run: Run,
  bytes: Uint8Array,
  outcome: Extract<Outcome, { status: "accepted" }>,
): Promise<Extract<Outcome, { status: "accepted" }>> {
  // It is in the ledger: nothing that goes wrong from here on may hide that.
  const node = await run.client.node().catch(() => undefined);
  const policy = parsePolicy(node?.policy ?? "");
  if (!policy.ok) return outcome;
  const nowSeconds = Math.floor(run.now().getTime() / 1000);
  const trust = { policy: policy.value, nowSeconds, maxAgeSeconds: Number.POSITIVE_INFINITY };
  let newest = outcome;
  for (let tries = COSIGNED_TRIES; ; tries--) {
    const verdict = await verifyReceipt(newest.receipt, bytes, trust);
    if (verdict.ok || verdict.error.code !== "POLICY_QUORUM") return newest;
    if (tries === 0 || run.signal.aborted) break;
    const { signal } = run;
    await wait(COSIGNED_PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    const again = await run.client.receipt(outcome.hash, { signal }).catch(() => undefined);
    if (again?.status === "accepted") newest = again;
  }
  run.note(
    run.say({
      en: `The witnesses have not cosigned the receipt yet, which verifiers ask for. Fetch it again later: ${run.client.url}/v1/operations/${outcome.hash}`,
      zh: `见证方尚未共签此回执，而核验要求共签。请稍后重新获取：${run.client.url}/v1/operations/${outcome.hash}`,
    }),
  );
  return newest;
}

/** What every signing command prints in the end. */
export function printAccepted(run: Run, accepted: Accepted, what: string): void {
  const { receipt: _, ...shown } = accepted;
  run.result(shown, () => [
    run.paint.good("✔ ") + what,
    run.paint.quiet(
      run.say({
        en: `  log index ${accepted.index} · operation ${accepted.hash}`,
        zh: `  日志序号 ${accepted.index} · 操作 ${accepted.hash}`,
      }),
    ),
  ]);
}

/** Signs requests for what is not public, as this holder. */
export async function requesterOf(run: Run): Promise<Requester> {
  const identity = await identityOf(run);
  const signer = await openSigner(run, identity);
  return { signer, holder: await holderReference(run, identity.holder) };
}

/** `MA.156.1301` → `MA.156.1301#1`; a member, and an applicant, are named as they are. */
async function holderReference(run: Run, holder: string): Promise<string> {
  if (/#|^(member|application)\//.test(holder)) return holder;
  const { record } = await run.client.record(holder);
  return `${holder}#${record.generation}`;
}
