import { type Code, fromHex, type KeySpec, parseCode } from "../../core/index.ts";
import { qrText } from "../../paper/index.ts";
import { enrolledKey, signInvitation } from "../../sdk/index.ts";
import { chainOf } from "../chain.ts";
import { readCodeArgument } from "../code-argument.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { confirmSigning, identityOf, openSigner, requesterOf } from "../signing.ts";

export type InviteOptions = { readonly label: string; readonly days: string };

/** Signs an invitation and shows it as an address and as a symbol for a phone. */
export async function invite(
  run: Run,
  dataset: Code,
  { label, days }: InviteOptions,
): Promise<void> {
  const identity = await identityOf(run);
  const { origin, publicUrl } = await run.client.node();
  const words = run.say({
    en: `Invite a phone as “${label}” for the dataset ${dataset}, for ${days} days.`,
    zh: `邀请手机以“${label}”身份向数据集 ${dataset} 上报，有效 ${days} 天。`,
  });
  await confirmSigning(run, [words], identity, origin);
  const nowSeconds = Math.floor(run.now().getTime() / 1000);
  const invitation = await signInvitation(
    {
      office: readCodeArgument(identity.holder),
      aud: origin,
      iatSeconds: nowSeconds,
      signer: await openSigner(run, identity),
    },
    { dataset, label, untilSeconds: nowSeconds + readDays(days) * 24 * 3600 },
  );
  const url = `${publicUrl}/report/${dataset}#i=${Buffer.from(invitation).toString("base64url")}`;
  run.result({ url }, () => [qrText(url), url]);
}

/** Puts the keys that wait into the ledger: each is shown with its kid, to be compared with what the phone shows. */
export async function enrol(run: Run, kids: readonly string[]): Promise<void> {
  const client = run.client.as(await requesterOf(run));
  const waiting = await client.enrolments();
  const chosen = kids.length === 0 ? waiting : waiting.filter(({ kid }) => kids.includes(kid));
  if (chosen.length === 0) {
    run.result({ enrolled: [] }, () => [
      run.say({ en: "No key waits.", zh: "没有待登记的密钥。" }),
    ]);
    return;
  }
  const { holder } = await identityOf(run);
  for (const { kid, label, dataset, received } of chosen) {
    run.note(`  ${kid}  ${label}  ${dataset}  ${received}`);
  }
  const add = chosen.map((each): KeySpec => {
    const until = Math.floor(Date.parse(each.until) / 1000);
    return { key: enrolledKey(each), uses: ["data"], label: each.label, scope: { until } };
  });
  const code = parseCode(holder);
  if (!code.ok) throw new CliProblem("CLI_ARGUMENT", { name: "--as", got: holder, ...AN_OFFICE });
  const prev = await chainOf(run, holder, "control");
  const decided = await decideAndSubmit(run, { op: "keys", code: holder, prev, add });
  const done = { en: `Enrolled ${add.length} keys.`, zh: `已登记 ${add.length} 个密钥。` };
  printDecided(run, decided, run.say(done));
}

const AN_OFFICE = {
  want: { en: "the code of an office", zh: "部门的编码" },
  example: "--as MA.156.1301.02",
};

export async function turnAway(run: Run, kid: string): Promise<void> {
  if (fromHex(kid)?.length !== 8) {
    const want = { en: "a kid of 16 hex digits", zh: "16 位十六进制密钥编号" };
    const example = "1f2e3d4c5b6a7980";
    throw new CliProblem("CLI_ARGUMENT", { name: "kid", got: kid, want, example });
  }
  await run.client.as(await requesterOf(run)).turnAway(kid);
  run.result({ kid }, () => [run.say({ en: `Turned ${kid} away.`, zh: `已拒绝 ${kid}。` })]);
}

const MAX_DAYS = 366;

function readDays(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= MAX_DAYS) return Number(text);
  const want = { en: "1 to 366 days", zh: "1 至 366 天" };
  throw new CliProblem("CLI_ARGUMENT", { name: "--days", got: text, want, example: "--days 30" });
}
