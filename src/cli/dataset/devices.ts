import { type Code, fromHex, hex, type Keys, MAX_OPEN_KEYS, present } from "../../core/index.ts";
import { ApiProblem, signOperation } from "../../sdk/index.ts";
import { tellBadRows } from "../import/bad-rows.ts";
import { openCsv } from "../import/csv.ts";
import { judgeShape } from "../judge-shape.ts";
import { CliProblem } from "../problem.ts";
import { group } from "../progress.ts";
import type { Run } from "../run.ts";
import { confirmSigning, identityOf, openSigner } from "../signing.ts";
import { type DeviceChange, kidOf, readDevice } from "./device-row.ts";

export type DevicesOptions = {
  readonly dryRun?: true;
  readonly skipBad?: true;
  readonly report?: string;
  readonly encoding?: string;
};

/** What is left to do for one code, and the rows that ask for it. */
type Plan = { readonly lines: readonly number[]; readonly operation: Keys };

/** Rows of a code that was never issued. */
type Unknown = { readonly code: Code; readonly lines: readonly number[] };

/** Codes that the node is asked about at once, and operations that are sent together. */
const ASKED_AT_ONCE = 8;
const SENT_TOGETHER = 200;

/**
 * Enrols, replaces and closes keys of devices, row by row of a CSV: one signed operation for each code, whatever number of keys
 * it is about. What the ledger has already is left alone, so the same command goes on where it broke off.
 */
export async function changeDevices(
  run: Run,
  path: string,
  options: DevicesOptions,
): Promise<void> {
  const { changes, bad } = await readChanges(run, path, options);
  if (bad > 0 && options.skipBad !== true) {
    throw new CliProblem("IMPORT_ROWS", { bad, rows: changes.length + bad });
  }
  if (changes.length === 0) throw new CliProblem("IMPORT_EMPTY", { path });
  const { plans, unknown } = await plansOf(run, changes);
  const lost = tellUnknown(run, unknown);
  const planned = plans.reduce((sum, { lines }) => sum + lines.length, 0);
  const known = changes.length - planned - lost;
  if (options.dryRun === true) tellPlans(run, plans);
  const isSent = options.dryRun !== true && plans.length > 0;
  const refusedNow = isSent ? await send(run, path, plans) : 0;
  const done = isSent ? planned - refusedNow : 0;
  const refused = refusedNow + lost;
  const result = { file: path, rows: changes.length + bad, bad, known, done, refused };
  run.result(result, () => [
    run.paint.good("✔ ") +
      run.say({
        en: `${group(done)} keys changed, ${group(known)} were so already, ${group(refused)} refused, ${group(bad)} rows left out.`,
        zh: `已更改 ${group(done)} 个密钥，${group(known)} 个早已如此，${group(refused)} 个被拒绝，跳过 ${group(bad)} 行。`,
      }),
  ]);
  if (refused > 0) throw new CliProblem("DEVICES_REFUSED", { refused, rows: planned + lost });
}

async function readChanges(run: Run, path: string, { report, encoding }: DevicesOptions) {
  const source = await openCsv(path, encoding === undefined ? {} : { encoding });
  if (!source.columns.includes("code")) {
    const got = source.columns.join(", ");
    throw new CliProblem("IMPORT_COLUMNS", { path, want: "code", got, example: "code=…" });
  }
  const bad = await tellBadRows(run, report);
  const changes: DeviceChange[] = [];
  const seen = new Set<string>();
  for await (const row of source.rows()) {
    const read = readDevice(row);
    const name = read.ok ? nameOf(read.change) : "";
    if (!read.ok) bad.add(row, read.problems);
    else if (seen.has(name)) bad.add(row, [{ code: "ROW_DUPLICATE", column: "key" }]);
    else changes.push(read.change);
    seen.add(name);
  }
  await bad.end();
  return { changes, bad: bad.lines.length };
}

function nameOf({ code, add, close }: DeviceChange): string {
  return `${code} ${add && kidOf(add)} ${close && hex(close.kid)}`;
}

/** Told by row, as what the ledger refuses: one wrong code keeps nobody else's keys out. @returns how many rows */
function tellUnknown(run: Run, unknown: readonly Unknown[]): number {
  for (const { code, lines } of unknown) tellRefused(run, lines, code, "RESOLVE_UNKNOWN");
  return unknown.reduce((sum, { lines }) => sum + lines.length, 0);
}

/** What the ledger lacks of it, code by code. */
async function plansOf(
  run: Run,
  changes: readonly DeviceChange[],
): Promise<{ readonly plans: readonly Plan[]; readonly unknown: readonly Unknown[] }> {
  const byCode = new Map<Code, DeviceChange[]>();
  for (const each of changes) byCode.set(each.code, [...(byCode.get(each.code) ?? []), each]);
  const all = [...byCode];
  const progress = run.progress(run.say({ en: "Looking", zh: "核对" }), all.length);
  const plans: Plan[] = [];
  const unknown: Unknown[] = [];
  try {
    for (let at = 0; at < all.length; at += ASKED_AT_ONCE) {
      const some = all.slice(at, at + ASKED_AT_ONCE);
      const found = await Promise.all(some.map(([code, of]) => planOf(run, code, of)));
      for (const plan of found) {
        if (plan === undefined) continue;
        if ("operation" in plan) plans.push(plan);
        else unknown.push(plan);
      }
      progress.to(at + some.length);
    }
  } finally {
    progress.end();
  }
  return { plans, unknown };
}

async function planOf(
  run: Run,
  code: Code,
  changes: readonly DeviceChange[],
): Promise<Plan | Unknown | undefined> {
  const isOpen = await openKeysOf(run, code);
  if (isOpen === undefined) return { code, lines: changes.map(({ line }) => line) };
  const left = changes.flatMap(({ line, add, close }) => {
    const adding = add && isOpen.get(kidOf(add)) === undefined ? { add } : {};
    const closing = close && isOpen.get(hex(close.kid)) !== false ? { close } : {};
    const isDone = Object.keys({ ...adding, ...closing }).length === 0;
    return isDone ? [] : [{ line, ...adding, ...closing }];
  });
  if (left.length === 0) return undefined;
  const { record } = await run.client.record(code);
  const add = left.flatMap((each) => each.add ?? []);
  const close = left.flatMap((each) => each.close ?? []);
  const operation: Keys = {
    ...{ op: "keys", code, prev: present(fromHex(record.control), "the last change") },
    ...(add.length > 0 && { add }),
    ...(close.length > 0 && { close }),
  };
  return { lines: left.map(({ line }) => line), operation };
}

/** By kid: whether the key is open; `undefined` of a code that was never issued. */
async function openKeysOf(run: Run, code: Code): Promise<ReadonlyMap<string, boolean> | undefined> {
  const found = new Map<string, boolean>();
  let cursor: string | undefined;
  do {
    const page = await run.client
      .keys(code, cursor === undefined ? {} : { cursor })
      .catch(unlessUnknown);
    if (page === undefined) return undefined;
    for (const { kid, to } of page.items) found.set(kid, to === undefined);
    cursor = page.next;
  } while (cursor !== undefined && found.size < 100 * MAX_OPEN_KEYS);
  return found;
}

function tellPlans(run: Run, plans: readonly Plan[]): void {
  for (const { lines, operation } of plans) {
    const { code, add = [], close = [] } = operation;
    const kids = [
      ...add.map((each) => `+${kidOf(each)}`),
      ...close.map(({ kid }) => `-${hex(kid)}`),
    ];
    run.result(
      { rows: lines, code, add: add.map(kidOf), close: close.map(({ kid }) => hex(kid)) },
      () => [`${lines.join(",")}\t${code}\t${kids.join(" ")}`],
    );
  }
}

/** @returns how many rows the ledger refused */
async function send(run: Run, path: string, plans: readonly Plan[]): Promise<number> {
  const identity = await identityOf(run);
  const { origin } = await run.client.node();
  for (const { operation } of plans) judgeShape(operation);
  const [adds, closes] = (["add", "close"] as const).map((part) =>
    plans.reduce((sum, { operation }) => sum + (operation[part]?.length ?? 0), 0),
  );
  const words = run.say({
    en: `Change device keys as ${path} says: ${group(adds ?? 0)} to be added with the use data, ${group(closes ?? 0)} to be closed for good, of ${group(plans.length)} codes.`,
    zh: `按 ${path} 更改设备密钥：新增 ${group(adds ?? 0)} 个（用途 data），永久停用 ${group(closes ?? 0)} 个，涉及 ${group(plans.length)} 个编码。`,
  });
  await confirmSigning(run, [words], identity, origin);
  const signer = await openSigner(run, identity);
  const progress = run.progress(run.say({ en: "Changing", zh: "更改" }), plans.length);
  const signed = async function* () {
    for (const { operation } of plans) {
      const iatSeconds = Math.floor(run.now().getTime() / 1000);
      const claims = { iss: identity.holder, aud: origin, iatSeconds, signer };
      yield (await signOperation({ ...claims, operation })).bytes;
    }
  };
  let [at, refused] = [0, 0];
  try {
    for await (const outcome of run.client.submitMany(signed(), { maxItems: SENT_TOGETHER })) {
      const plan = present(plans[at], "a plan");
      at += 1;
      progress.to(at);
      if (outcome.status !== "refused") continue;
      refused += plan.lines.length;
      tellRefused(run, plan.lines, plan.operation.code, outcome.code);
    }
  } finally {
    progress.end();
  }
  return refused;
}

function unlessUnknown(cause: unknown): undefined {
  if (cause instanceof ApiProblem && cause.code === "RESOLVE_UNKNOWN") return undefined;
  throw cause;
}

function tellRefused(run: Run, lines: readonly number[], of: string, code: string): void {
  const where = run.say({ en: `row ${lines.join(", ")}`, zh: `第 ${lines.join("、")} 行` });
  run.note(`${run.paint.bad("✘")} ${where}: ${of}  ${run.paint.quiet(code)}`);
}
