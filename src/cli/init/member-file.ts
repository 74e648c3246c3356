import { readFile } from "node:fs/promises";
import { decodeCbor, fromHex, type KeySpec, type KeyUse } from "../../core/index.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";

/** What a member publishes of itself before there is a ledger: nothing in it is secret. */
export type MemberFile = {
  readonly format: "cityid/member/v1";
  readonly id: string;
  readonly names: { readonly [language: string]: string };
  /** Unix milliseconds. The latest of all members becomes the time of the genesis. */
  readonly made: number;
  readonly node?: string;
  /** age recipient for evidence. */
  readonly recipient: string;
  readonly keys: readonly {
    /** Hex of the COSE_Key. */
    readonly public: string;
    readonly uses: readonly KeyUse[];
    readonly label: string;
  }[];
  /** Verifier key of the log, from the one member whose node will write it. */
  readonly vkey?: string;
};

/** Reads a description; the genesis judges what is in it. */
export async function readMemberFile(path: string): Promise<MemberFile> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  const value = parse(text);
  if (value?.format === "cityid/member/v1" && Array.isArray(value.keys)) return value;
  const want = { en: "a member's description", zh: "成员的描述文件" };
  throw new CliProblem("CLI_FILE_FORMAT", { path, want });
}

function parse(text: string): MemberFile | undefined {
  try {
    return JSON.parse(text) as MemberFile;
  } catch {
    return undefined;
  }
}

/** The keys of a description as a genesis carries them. @throws CliProblem where one is no key */
export function keysOf({ id, keys }: MemberFile): KeySpec[] {
  return keys.map(({ public: text, uses, label }) => {
    const encoded = fromHex(text);
    const key = encoded === undefined ? undefined : decodeCbor(encoded);
    if (key?.ok && key.value instanceof Map) return { key: key.value, uses, label };
    throw new CliProblem("CLI_KEY_FORMAT", { path: `${id}.member.json`, detail: text });
  });
}
