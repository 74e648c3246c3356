import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { type ChildKind, type Code, fromHex, type RegisterItem } from "../../core/index.ts";
import { ApiProblem } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { classOf, kindOf } from "../code-kind.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { fileProblem } from "../file-problem.ts";
import { type KeyOptions, readKeySpec } from "../key-argument.ts";
import { addKeyOptions } from "../key-options.ts";
import { operationFromJson } from "../operation-json.ts";
import { CliProblem } from "../problem.ts";
import { addRecordOptions, type RecordOptions, readRecordFields } from "../record-options.ts";
import type { Run } from "../run.ts";

type Options = RecordOptions &
  KeyOptions & {
    readonly kind?: ChildKind;
    readonly class?: string;
    readonly childKey?: string;
    readonly file?: string;
  };

export function addRegister(program: Command, { say, runOf }: Cli): void {
  const command = program
    .command("register")
    .description(
      say({
        en: "issues one code, or those of a file (up to 256, all or none)",
        zh: "签发一个编码，或文件中的编码（至多 256 个，全部或全不）",
      }),
    )
    .argument("[code]")
    .option(
      "--file <json>",
      say({
        en: 'an operation {"op": "register", "items": […]}',
        zh: '操作文件 {"op": "register", "items": […]}',
      }),
    )
    .option(
      "--kind <kind>",
      say({
        en: "department, class, thing, place, device, document, dataset (else as the code's form says)",
        zh: "department、class、thing、place、device、document、dataset（默认由编码的形式判断）",
      }),
    )
    .option(
      "--class <class>",
      say({ en: "class of a thing (else as the code says)", zh: "事物类别（默认由编码判断）" }),
    )
    .option(
      "--child-key <file>",
      say({
        en: "a key that the new code gets: a public description",
        zh: "授予新编码的密钥（公开描述文件）",
      }),
    );
  addRecordOptions(command, say);
  addKeyOptions(command, say).action(
    async (text: string | undefined, options: Options, cmd: Command) => {
      const run = runOf(cmd);
      const items = await itemsOf(run, text, options);
      const decided = await decideAndSubmit(run, { op: "register", items });
      const codes = items.map(({ code }) => code).join(" ");
      printDecided(run, decided, run.say({ en: `Issued ${codes}.`, zh: `已签发 ${codes}。` }));
      const { id } = decided.accepted;
      if (decided.proposed) return;
      run.note(
        run.say({
          en: `  Take it back with: cityid void ${id} --reason …`,
          zh: `  如需撤回：cityid void ${id} --reason ……`,
        }),
      );
    },
  );
}

async function itemsOf(
  run: Run,
  text: string | undefined,
  options: Options,
): Promise<readonly RegisterItem[]> {
  if (options.file !== undefined) return itemsOfFile(options.file);
  if (text === undefined) {
    const want = { en: "which code to issue", zh: "要签发哪个编码" };
    const example =
      "cityid register MA.156.1301.02/LAMP/000123 --name 路灯, cityid register --file items.json";
    throw new CliProblem("CLI_MISSING", { want, example });
  }
  return [await itemOf(run, readCodeArgument(text), options)];
}

async function itemsOfFile(path: string): Promise<readonly RegisterItem[]> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  const op = operationFromJson(text, path);
  if (op.op === "register") return op.items;
  throw new CliProblem("CLI_OPERATION", { file: path, cause: "OP_FIELD_TYPE", path: "op" });
}

async function itemOf(run: Run, code: Code, options: Options): Promise<RegisterItem> {
  const fields = readRecordFields(options, run.now());
  const kind = options.kind ?? kindOf(code);
  const className = options.class ?? (kind === "thing" ? classOf(code) : undefined);
  if (fields.names === undefined) {
    const want = { en: "what it is called", zh: "其名称" };
    throw new CliProblem("CLI_MISSING", { want, example: "--name 路灯" });
  }
  const after = await controlOfEnded(run, code);
  return {
    ...fields,
    code,
    kind,
    names: fields.names,
    ...(className === undefined ? {} : { class: className }),
    ...(options.childKey === undefined
      ? {}
      : { keys: [await readKeySpec(options.childKey, options)] }),
    ...(after === undefined ? {} : { after }),
  };
}

/** Of a code that is issued anew: the last `control` of the record that ended. */
export async function controlOfEnded(run: Run, code: Code): Promise<Uint8Array | undefined> {
  const answer = await run.client.record(code).catch((problem: unknown) => {
    if (problem instanceof ApiProblem && problem.status === 404) return undefined;
    throw problem;
  });
  return answer?.record.status === "retired" ? fromHex(answer.record.control) : undefined;
}
