import {
  type Code,
  composeSeal,
  encodeSeal,
  isBelow,
  MAX_SERIALS,
  parseCode,
  type ResolverHost,
  sealSegments,
  utf8,
} from "../../core/index.ts";
import { qrSymbol } from "../../paper/index.ts";
import { everyItem, type Signer } from "../../sdk/index.ts";
import { CliProblem } from "../problem.ts";
import { group } from "../progress.ts";
import type { Run } from "../run.ts";
import { logBatch } from "../seal/log.ts";
import { loggedRuns, takeSerialsOf } from "../seal/logged.ts";
import { type Identity, identityOf, openSigner } from "../signing.ts";
import { writeWhole } from "../write-file.ts";
import {
  filesOf,
  inJobDirectory,
  type Job,
  type JobFiles,
  type JobOrder,
  readJob,
  writeJob,
} from "./job.ts";
import { LAYOUTS, layoutFor, moduleOf, RULES } from "./layout.ts";
import { writeManifest } from "./manifest.ts";
import { millimetres, type PrintFlaws, printingOf, printPlates } from "./print.ts";
import { batchCount, checkFirst, sealPlan } from "./seals.ts";
import { type LeftOut, subjectsBelow } from "./subjects.ts";

export type PlatesRequest = Omit<JobOrder, "parent" | "holder" | "kid"> & {
  readonly parent: Code;
  readonly directory: string;
  /** Whether the batches are logged before anything is printed. */
  readonly log: boolean;
};

/**
 * Seals every active code below the parent and prints its plates. In this order, each step only after the one before is on the
 * disk: the plan, serials, seals, a check of the first one, the log, sheets and symbols, the manifest. So whatever ends a run,
 * the next one goes on, no serial is used twice and nothing is printed that was not sealed.
 */
export async function makePlates(run: Run, request: PlatesRequest): Promise<void> {
  const { directory, log, ...asked } = request;
  const identity = await identityOf(run);
  await refuseKey(run, identity, request.parent);
  const order: JobOrder = { ...asked, holder: identity.holder, kid: identity.file.kid };
  await inJobDirectory(directory, async () => {
    const files = filesOf(directory);
    const before = await readJob(directory, order);
    const signer = await openSigner(run, identity);
    const job = before ?? (await begin(run, request, order, identity, files, signer));
    if (before !== undefined) tellResumed(run, job);
    await sealPlan(run, job, files, signer);
    await checkFirst(run, job, files);
    if (log) await logBatches(run, job, files, identity);
    const flaws = await printPlates(run, job, files);
    await writeManifest(job, files);
    report(run, job, files, directory, flaws, log);
  });
}

/** A wrong key is told before anything is asked or made; whether its seals count, the first of them is checked for. */
async function refuseKey(run: Run, { file, holder }: Identity, parent: Code): Promise<void> {
  const code = parseCode(holder);
  if (!code.ok || (code.value !== parent && !isBelow(parent, code.value))) {
    throw new CliProblem("PLATES_HOLDER", { holder, parent, nearer: parent });
  }
  for await (const key of everyItem((paging) => run.client.keys(holder, paging))) {
    if (key.kid !== file.kid) continue;
    if (key.to === undefined && key.uses.includes("seal")) return;
    const uses = key.to === undefined ? key.uses.join(", ") : `– (${key.why})`;
    throw new CliProblem("PLATES_KEY_USE", { kid: file.kid, holder, uses });
  }
  throw new CliProblem("PLATES_KEY_USE", { kid: file.kid, holder, uses: "–" });
}

async function begin(
  run: Run,
  { directory, parent }: PlatesRequest,
  order: JobOrder,
  identity: Identity,
  files: JobFiles,
  signer: Signer,
): Promise<Job> {
  const iat = Math.floor(run.now().getTime() / 1000);
  const { count, longest, leftOut } = await writePlan(run, { ...order, parent }, files);
  if (count === 0) {
    throw new CliProblem("PLATES_NONE", { parent, class: order.class ?? "–", ...leftOut });
  }
  const modules = modulesOf(longest, iat, order, signer);
  refuseSmallModules(longest, modules, order);
  if (count > MAX_SERIALS) {
    throw new CliProblem("CLI_SEAL_KEY_FULL", { kid: order.kid, max: MAX_SERIALS });
  }
  const first = await takeSerialsOf(run, identity, count);
  const job: Job = { format: "cityid/plates/v1", order, iat, first, count, modules, leftOut };
  await writeJob(directory, job);
  return job;
}

type Plan = { readonly count: number; readonly longest: Code; readonly leftOut: LeftOut };

async function writePlan(
  run: Run,
  wanted: JobOrder & { readonly parent: Code },
  files: JobFiles,
): Promise<Plan> {
  const leftOut: LeftOut = { ended: 0, sealThemselves: 0 };
  const { record } = await run.client.record(wanted.parent);
  const label = run.say({ en: "Reading ", zh: "读取记录" });
  const progress = run.progress(label, record.children.count);
  let [count, longest] = [0, wanted.parent as Code];
  try {
    await writeWhole(
      files.plan,
      async (write) => {
        for await (const subject of subjectsBelow(run, wanted, leftOut)) {
          await write(utf8(`${JSON.stringify(subject)}\n`));
          count += 1;
          if (count === 1 || subject.code.length > longest.length) longest = subject.code as Code;
          progress.to(count);
        }
      },
      { overwrite: true },
    );
  } finally {
    progress.end();
  }
  return { count, longest, leftOut };
}

/** The size of the symbol of a code: how many bytes a seal has depends on nothing but the code and whether it expires. */
function modulesOf(code: Code, iatSeconds: number, order: JobOrder, signer: Signer): number {
  const { expires: expSeconds, host, where } = order;
  const times = { iatSeconds, ...(expSeconds !== undefined && { expSeconds }) };
  const claims = { code, serial: 0, born: new Uint8Array(8), ...times };
  const bytes = encodeSeal(composeSeal(claims, signer), new Uint8Array(64));
  const segments = sealSegments(host as ResolverHost, code, bytes);
  return qrSymbol(segments, RULES[where].level).size;
}

function refuseSmallModules(code: Code, modules: number, { layout, where }: JobOrder): void {
  const module = moduleOf(LAYOUTS[layout], modules);
  const { minModule } = RULES[where];
  if (module >= minModule) return;
  const better = layoutFor(modules, where) ?? "–";
  const facts = { code, layout, where, better, min: minModule };
  throw new CliProblem("PLATES_MODULE", { ...facts, module: module.toFixed(2) });
}

/** May be done again: what was logged stays, and the node is given the seals of it once more. */
async function logBatches(run: Run, job: Job, files: JobFiles, identity: Identity): Promise<void> {
  const runs = await loggedRuns(run, identity);
  for (let index = 0; index < batchCount(job); index++) {
    await logBatch(run, files.batch(index), runs);
  }
}

function tellResumed(run: Run, { count, first }: Job): void {
  run.note(
    run.say({
      en: `Going on with ${group(count)} plates, serials ${first} to ${first + count - 1}.`,
      zh: `继续上次的任务：${group(count)} 块铭牌，序号 ${first} 至 ${first + count - 1}。`,
    }),
  );
}

function report(
  run: Run,
  job: Job,
  files: JobFiles,
  directory: string,
  flaws: PrintFlaws,
  isLogged: boolean,
): void {
  warn(run, flaws);
  const { order, first, count, leftOut } = job;
  const { plate, symbol } = LAYOUTS[order.layout];
  const printing = printingOf(job);
  const sizes = {
    plateMm: [round(plate.width), round(plate.height)],
    symbolMm: symbol,
    moduleMm: round(printing.module),
  };
  const batches = Array.from({ length: batchCount(job) }, (_, index) => files.batch(index));
  const { layout, where, parent } = order;
  const shown = { directory, parent, count, first, layout, where, ...sizes, leftOut };
  run.result({ ...shown, files: printing.files, batches, cut: flaws.cut.length }, () => [
    run.paint.good("✔ ") +
      run.say({
        en: `${group(count)} plates below ${parent}, serials ${first} to ${first + count - 1} → ${directory}`,
        zh: `${parent} 之下 ${group(count)} 块铭牌，序号 ${first} 至 ${first + count - 1} → ${directory}`,
      }),
    run.say({
      en: `  ${layout}, ${where}: plates ${millimetres(plate.width)} × ${millimetres(plate.height)} mm, symbols ${millimetres(symbol)} mm, modules ${printing.module.toFixed(2)} mm. Print at 100 %.`,
      zh: `  ${layout}，${where === "indoors" ? "户内" : "户外"}：铭牌 ${millimetres(plate.width)} × ${millimetres(plate.height)} mm，码 ${millimetres(symbol)} mm，模块 ${printing.module.toFixed(2)} mm。请按 100 % 打印。`,
    }),
    ...leftOutLines(run, job),
    ...(isLogged ? [] : batches.map((path) => logHint(run, path))),
  ]);
}

function round(millimetres: number): number {
  return Math.round(millimetres * 1000) / 1000;
}

function leftOutLines(run: Run, { leftOut: { ended, sealThemselves } }: Job): string[] {
  if (ended + sealThemselves === 0) return [];
  return [
    run.say({
      en: `  Left out: ${group(ended)} suspended, retired or void; ${group(sealThemselves)} with keys for seals of their own; each with what is below it.`,
      zh: `  未制作：${group(ended)} 个已暂停、注销或撤回，${group(sealThemselves)} 个自有签章密钥（均含其下级）。`,
    }),
  ];
}

function logHint(run: Run, path: string): string {
  return run.say({
    en: `  Log them before you put them up: cityid seal log ${path}`,
    zh: `  安装之前请登记：cityid seal log ${path}`,
  });
}

function warn(run: Run, { cut, noted }: PrintFlaws): void {
  if (noted.size > 0) {
    const list = [...noted]
      .slice(0, 20)
      .map((char) => `U+${char.codePointAt(0)?.toString(16).toUpperCase()}`);
    run.note(
      run.say({
        en: `Characters that no font has are printed as numbers: ${list.join(" ")}`,
        zh: `字体中没有的字符以编号印出：${list.join(" ")}`,
      }),
    );
  }
  if (cut.length === 0) return;
  const some = cut.slice(0, 5).join(", ");
  run.note(
    run.say({
      en: `Names of ${cut.length} plates do not fit and are cut: ${some}`,
      zh: `${cut.length} 块铭牌的名称放不下，已截断：${some}`,
    }),
  );
}
