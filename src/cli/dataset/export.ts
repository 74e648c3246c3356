import { extname } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import type { ExportAsked, ExportStream } from "../../sdk/index.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { requesterOf } from "../signing.ts";
import type { Say } from "../text.ts";
import { parseTime } from "../time-argument.ts";
import { refuseExisting, writeWhole } from "../write-file.ts";

const FORMATS = ["parquet", "csv", "geojson", "ndjson"] as const;
const KINDS = ["observations", "entities"] as const;

export type ExportOptions = {
  readonly format?: (typeof FORMATS)[number];
  readonly of?: (typeof KINDS)[number];
  readonly since?: string;
  readonly before?: string;
  readonly bbox?: string;
  readonly attributes?: string;
  readonly grant?: string;
  readonly proof?: boolean;
  readonly overwrite?: boolean;
};

export function addExportOptions(command: Command, say: Say): Command {
  const format = { en: "form (by the file's ending)", zh: "格式（默认按文件名后缀）" };
  const of = {
    en: "a row for each observation, or each thing as it is now",
    zh: "每行一条观测，或一个对象的现状",
  };
  return command
    .addOption(new Option("--format <form>", say(format)).choices(FORMATS))
    .addOption(new Option("--of <rows>", say(of)).choices(KINDS).default("observations"))
    .option("--since <time>", say({ en: "observed since", zh: "观测时间起" }))
    .option("--before <time>", say({ en: "observed before", zh: "观测时间止（不含）" }))
    .option("--bbox <w,s,e,n>", say({ en: "inside which degrees", zh: "经纬度范围" }))
    .option("--attributes <a,b>", say({ en: "which attributes (all)", zh: "哪些属性（默认全部）" }))
    .option("--grant <id>", say({ en: "under which grant", zh: "依据哪份授权" }))
    .option(
      "--no-proof",
      say({ en: "without FILE.proof, which proves the whole", zh: "不取整体证明 FILE.proof" }),
    )
    .option("--overwrite", say({ en: "replaces what is there", zh: "覆盖已有文件" }));
}

/** Fetches a table, and the proof of the same table beside it. */
export async function exportTable(
  run: Run,
  code: string,
  path: string,
  options: ExportOptions,
): Promise<void> {
  const { proof: isProved = true, overwrite = false } = options;
  const proof = `${path}.proof`;
  const asked = askedBy(path, options);
  const client = run.client.as(await requesterOf(run));
  const isProvable = isProved && asked.of === "observations";
  if (!overwrite)
    for (const each of isProvable ? [path, proof] : [path]) await refuseExisting(each);
  const table = await client.exportTable(code, asked);
  const bytes = await save(path, table, overwrite);
  if (isProvable) {
    const { of: _, ...rest } = asked;
    await save(proof, await client.exportProof(code, { ...rest, size: table.size }), overwrite);
  }
  run.result({ path, bytes, entries: table.size, ...(isProvable && { proof }) }, () => [
    `${run.paint.good("✔ ")}${path}`,
    ...(isProvable ? [`  cityid verify ${proof} --policy FILE`] : []),
  ]);
}

function askedBy(path: string, options: ExportOptions): ExportAsked {
  const { of = "observations", since, before, bbox, attributes, grant } = options;
  return {
    ...{ format: options.format ?? formatOf(path), of },
    ...(since !== undefined && { since: parseTime(since, "--since") }),
    ...(before !== undefined && { before: parseTime(before, "--before") }),
    ...(bbox !== undefined && { bbox }),
    ...(attributes !== undefined && { attributes: attributes.split(",") }),
    ...(grant !== undefined && { grant }),
  };
}

/** By the file's ending; a name that tells none is not guessed at. */
function formatOf(path: string): (typeof FORMATS)[number] {
  const ending = extname(path).slice(1).toLowerCase();
  const format = FORMATS.find((each) => each === ending);
  if (format !== undefined) return format;
  const want = {
    en: `a file that ends in ${FORMATS.join(", ")}, or \`--format\``,
    zh: `以 ${FORMATS.join("、")} 为后缀的文件，或用 \`--format\` 指定格式`,
  };
  throw new CliProblem("CLI_ARGUMENT", { name: "FILE", got: path, want, example: "air.parquet" });
}

/** The whole of it or nothing. @returns its bytes */
async function save(path: string, { body }: ExportStream, overwrite: boolean): Promise<number> {
  let bytes = 0;
  await writeWhole(
    path,
    async (write) => {
      for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
        bytes += part.length;
        await write(part);
      }
    },
    { overwrite },
  );
  return bytes;
}
