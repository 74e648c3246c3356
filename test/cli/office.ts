import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { fromHex, type Genesis, hex, present, sha256, utf8 } from "../../src/core/index.ts";
import { discard } from "../discard.ts";
import { beginLedger, type RealNode, startRealNode } from "../node/real-node.ts";
import { CITY, issueCity, registerLampClass, signerOf } from "../sdk/world.ts";
import { type Ran, runCli } from "./served-world.ts";

/** A city with its node, a directory for its files, and the compiled command line. */
export type Office = AsyncDisposable & {
  readonly node: RealNode;
  readonly directory: string;
  cli(...args: readonly string[]): Promise<Ran>;
  /** The same, signed with the key of a word of the test world for a holder. */
  as(word: string, holder: string, ...args: readonly string[]): Promise<Ran>;
  /** A file that holds the key of a word. */
  keyOf(word: string): Promise<string>;
  file(name: string, content: string): Promise<string>;
};

export async function openOffice(
  changes: Partial<Genesis> = {},
  args: readonly string[] = [],
): Promise<Office> {
  const directory = await mkdtemp(join(tmpdir(), "cityid-office-"));
  const node = await startRealNode({ data: await beginLedger(directory, changes), args });
  await issueCity(node);
  await registerLampClass(node);
  const file: Office["file"] = async (name, content) => {
    const path = join(directory, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const cli: Office["cli"] = (...args) => runCli(args, { CITYID_URL: node.url });
  const keyOf: Office["keyOf"] = (word) =>
    file(`${word.replace("/", "-")}.key`, `${hex(sha256(utf8(`key of ${word}`)))}\n`);
  return {
    node,
    directory,
    file,
    keyOf,
    cli,
    async as(word, holder, ...args) {
      return cli(...args, "--key", await keyOf(word), "--as", holder, "--yes");
    },
    async [Symbol.asyncDispose]() {
      await node.stop();
      discard(directory);
    },
  };
}

/** A key of a word of the test world for whoever publishes data and governs those who do. */
export const officeKey = (word: string) => ({
  ...{ key: signerOf(word).publicKey, label: word },
  uses: ["data", "govern", "issue", "record"] as const,
});

/** An office whose city has such a key, by the word "all". */
export async function openDataOffice(): Promise<Office> {
  const office = await openOffice();
  const { record } = await office.node.client.record(CITY);
  const prev = present(fromHex(record.control), "control");
  const add = [officeKey("all")];
  await office.node.act({ op: "keys", code: CITY, prev, add }, CITY, "city");
  return office;
}

/** The one document that a run with `--json` printed. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes; a test looks into it as far as it needs
export function jsonOf(ran: Ran): any {
  expect(ran).toMatchObject({ exit: 0 });
  return JSON.parse(ran.out);
}

/** What a run objected to: one problem with a remedy, at the end of stderr, and nothing on stdout. */
export function problemOf(ran: Ran): {
  readonly exit: number | null;
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
} {
  expect(ran.out).toBe("");
  const said = [...ran.errors.matchAll(/✘ (.+)\n {2}(\S.+)\n {2}([A-Z][A-Z_]+)/g)];
  expect(said).toHaveLength(1);
  const [, what = "", remedy = "", code = ""] = said[0] ?? [];
  return { exit: ran.exit, code, what, remedy };
}
