import { open, readFile } from "node:fs/promises";
import {
  type Code,
  fromHex,
  hex,
  MAX_SERIALS,
  parseResolverHost,
  type ResolverHost,
} from "../../core/index.ts";
import { type MadeSeal, makeSeals, type SealSubject } from "../../sdk/index.ts";
import { ahead } from "../below.ts";
import { readCodeArgument } from "../code-argument.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { identityOf, openSigner } from "../signing.ts";
import { parseSeconds } from "../time-argument.ts";
import { sealLine } from "./line.ts";
import { takeSerialsOf } from "./logged.ts";

export type MakeOptions = {
  readonly file?: string;
  readonly expires?: string;
  readonly host?: string;
  readonly batch?: string;
  readonly csv?: true;
  readonly first?: string;
};

/** The first line of a batch as a table; the text stands in the last column. */
export const CSV_HEAD = "code,serial,kid,text";

/** Makes a seal for each code, in their order: to stdout, or into a batch file. */
export async function makeSealsOf(
  run: Run,
  texts: readonly string[],
  options: MakeOptions,
): Promise<void> {
  const codes = await codesOf(texts, options);
  const host = await hostOf(run, options.host);
  const identity = await identityOf(run);
  const signer = await openSigner(run, identity);
  const first = await firstSerial(run, identity, codes.length, options);
  const iatSeconds = Math.floor(run.now().getTime() / 1000);
  const expSeconds = options.expires && parseSeconds(options.expires, "--expires");
  const terms = { first, iatSeconds, ...(expSeconds && { expSeconds }) };
  const label = run.say({ en: "Sealing", zh: "制作签章" });
  const progress = run.progress(label, codes.length);
  // A write that fails names no file.
  const told = (cause: unknown) => {
    throw fileProblem(options.batch ?? "", cause);
  };
  const out = options.batch === undefined ? undefined : await openNew(options.batch);
  const write = async (line: string) => {
    if (out === undefined) run.terminal.output.write(`${line}\n`);
    else await out.appendFile(`${line}\n`).catch(told);
  };
  try {
    if (options.csv) await write(CSV_HEAD);
    let done = 0;
    for await (const made of makeSeals(subjectsOf(run, codes), terms, signer)) {
      await write(lineOf(made, hex(signer.kid), host, options.csv === true));
      progress.to(++done);
    }
    await out?.sync().catch(told);
  } finally {
    progress.end();
    await out?.close();
  }
  run.note(
    run.say({
      en: `Made ${codes.length} seals, serials ${first} to ${first + codes.length - 1}.`,
      zh: `已制作 ${codes.length} 枚签章，序号 ${first} 至 ${first + codes.length - 1}。`,
    }),
  );
  if (options.batch === undefined) return;
  run.note(
    run.say({
      en: `  Log them before you print: cityid seal log ${options.batch}`,
      zh: `  印制之前请登记：cityid seal log ${options.batch}`,
    }),
  );
}

function lineOf(made: MadeSeal, kid: string, host: ResolverHost, isCsv: boolean): string {
  const line = sealLine(made, kid, host);
  // Codes, kids and addresses have neither commas nor quotes.
  return isCsv ? `${line.code},${line.serial},${kid},${line.text}` : JSON.stringify(line);
}

async function codesOf(texts: readonly string[], { file }: MakeOptions): Promise<readonly Code[]> {
  const lines = file === undefined ? [] : (await readLines(file)).filter((line) => line !== "");
  const codes = [...texts, ...lines].map(readCodeArgument);
  if (codes.length > 0 && codes.length <= MAX_SERIALS) return codes;
  const want = { en: "which codes to seal", zh: "要为哪些编码制作签章" };
  throw new CliProblem("CLI_MISSING", { want, example: "cityid seal --file codes.txt" });
}

/** `-` is standard input. */
export async function readLines(path: string): Promise<readonly string[]> {
  const text = await readFile(path === "-" ? "/dev/stdin" : path, "utf8").catch((cause) => {
    throw fileProblem(path, cause as NodeJS.ErrnoException);
  });
  return text.split("\n").map((line) => line.trim());
}

/** Where plates resolve: as said, else where the node says that it is. */
export async function hostOf(run: Run, given: string | undefined): Promise<ResolverHost> {
  const text = given ?? new URL((await run.client.node()).publicUrl).host;
  const host = parseResolverHost(text.toLowerCase());
  if (host.ok) return host.value;
  const want = { en: "the host of a resolver", zh: "解析服务的主机名" };
  throw new CliProblem("CLI_ARGUMENT", { name: "--host", got: text, want, example: "id.example" });
}

async function firstSerial(
  run: Run,
  { file, holder }: Awaited<ReturnType<typeof identityOf>>,
  count: number,
  { first }: MakeOptions,
): Promise<number> {
  const isGiven = first !== undefined && /^\d{1,7}$/.test(first);
  if (first !== undefined && !isGiven) {
    const want = { en: "a serial below 1048576", zh: "小于 1048576 的序号" };
    throw new CliProblem("CLI_ARGUMENT", { name: "--first", got: first, want, example: "0" });
  }
  if (!isGiven) return takeSerialsOf(run, { file, holder }, count);
  if (Number(first) + count <= MAX_SERIALS) return Number(first);
  throw new CliProblem("CLI_SEAL_KEY_FULL", { kid: file.kid, max: MAX_SERIALS });
}

/** Records as they are needed. @throws ApiProblem for a code that was never issued */
function subjectsOf(run: Run, codes: readonly Code[]): AsyncIterable<SealSubject> {
  return ahead(codes, async (code) => {
    const { record } = await run.client.record(code);
    return { code, born: fromHex(record.born) ?? new Uint8Array() };
  });
}

/** Never over another batch. */
async function openNew(path: string) {
  return open(path, "wx", 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "EEXIST") throw new CliProblem("CLI_FILE_EXISTS", { path });
    throw fileProblem(path, cause);
  });
}
