import { Readable, Writable } from "node:stream";
import { runCli } from "../../src/cli/run-cli.ts";
import type { Ran } from "./served-world.ts";

/** Runs the command line in this process, without a terminal and in English: as the program does, but for its start. */
export async function runHere(
  args: readonly string[],
  env: { readonly [name: string]: string } = {},
): Promise<Ran> {
  const [out, errors] = [collect(), collect()];
  const exit = await runCli(args, new AbortController().signal, {
    input: Readable.from([]),
    output: out.stream,
    errors: errors.stream,
    env: { LANG: "en_US.UTF-8", ...env },
  });
  return { exit, out: out.text(), errors: errors.text() };
}

function collect() {
  let said = "";
  const stream = new Writable({
    write(part: Buffer, _, done) {
      said += part.toString();
      done();
    },
  });
  return { stream, text: () => said };
}
