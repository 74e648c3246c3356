import { readFile } from "node:fs/promises";
import { type Code, decodeEntry } from "../../core/index.ts";
import {
  type EntryReceipt,
  fileValue,
  makeObservation,
  type Said,
  type SignedEntry,
  saidFromJson,
  signEntry,
} from "../../sdk/index.ts";
import { readCodeArgument } from "../code-argument.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import { keepReceipt } from "../receipt-file.ts";
import type { Run } from "../run.ts";
import { confirmSigning, identityOf, openSigner } from "../signing.ts";

export type SendOptions = {
  readonly source?: string;
  readonly attach?: readonly string[];
};

/** Signs what a file says as one entry of a dataset, and sends it. */
export async function sendFile(
  run: Run,
  dataset: Code,
  path: string,
  options: SendOptions,
): Promise<void> {
  const signed = await signFile(run, dataset, path, options);
  await printTaken(run, dataset, signed, await run.client.sendEntry(dataset, signed));
}

/** Says that an entry was taken, and keeps its receipt where one was asked for. */
export async function printTaken(
  run: Run,
  dataset: Code,
  signed: SignedEntry,
  receipt: EntryReceipt,
): Promise<void> {
  await keepReceipt(run, receipt.receipt, signed.entry);
  run.result(receipt, () => [
    run.paint.good("✔ ") +
      run.say({
        en: `Taken as entry ${receipt.index} of ${dataset}.`,
        zh: `已作为 ${dataset} 的第 ${receipt.index} 条收下。`,
      }),
    run.paint.quiet(`  ${receipt.hash}`),
  ]);
}

async function signFile(
  run: Run,
  dataset: Code,
  path: string,
  { source, attach = [] }: SendOptions,
): Promise<SignedEntry> {
  const identity = await identityOf(run);
  const { log } = await run.client.dataset(dataset);
  const files = await Promise.all(attach.map(readAttachment));
  const named = Object.fromEntries(files.map(({ name, value }) => [name, value]));
  const said = (await readSaid(path)).map((each) => ({ ...each, ...named }));
  const words = run.say({
    en: `Send ${said.length} observations to the dataset ${dataset}.`,
    zh: `向数据集 ${dataset} 提交 ${said.length} 条观测。`,
  });
  await confirmSigning(run, [words], identity, log.origin);
  const signed = await signEntry(
    {
      source: readCodeArgument(source ?? identity.holder),
      audience: log.origin,
      iatSeconds: Math.floor(run.now().getTime() / 1000),
      signer: await openSigner(run, identity),
    },
    said.map(makeObservation),
    files.map(({ bytes }) => bytes),
  );
  const read = decodeEntry(signed.entry);
  if (read.ok) return signed;
  throw new CliProblem("CLI_FILE_FORMAT", { path, want: SAID });
}

const SAID = {
  en: "JSON: an object of facts, or a list of at most 10 000 of them",
  zh: "JSON：一个事实对象，或至多 10000 个对象的数组",
};

async function readSaid(path: string): Promise<readonly Said[]> {
  const text = await readBytes(path);
  try {
    const value: unknown = JSON.parse(text.toString("utf8"));
    const said = (Array.isArray(value) ? value : [value]).map(saidFromJson);
    if (said.length > 0 && said.every((each) => each !== undefined)) return said;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new CliProblem("CLI_FILE_FORMAT", { path, want: SAID });
}

/** `photo=picture.jpg` */
async function readAttachment(text: string) {
  const [, name = "", path = ""] = /^([^=]+)=(.+)$/su.exec(text) ?? [];
  const bytes = path === "" ? undefined : new Uint8Array(await readBytes(path));
  const value = bytes && fileValue(bytes);
  if (bytes !== undefined && value !== undefined) return { name, bytes, value };
  const want = { en: "name=picture (JPEG, PNG or WebP)", zh: "名称=图片（JPEG、PNG 或 WebP）" };
  const example = "--attach photo=picture.jpg";
  throw new CliProblem("CLI_ARGUMENT", { name: "--attach", got: text, want, example });
}

async function readBytes(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
}
