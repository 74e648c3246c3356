import { readFile } from "node:fs/promises";
import { decodeCbor, fromHex, type KeySpec, type KeyUse } from "../core/index.ts";
import { fileProblem } from "./file-problem.ts";
import { CliProblem } from "./problem.ts";
import { parseSeconds } from "./time-argument.ts";

/** Options that describe one new key. */
export type KeyOptions = {
  readonly uses?: string;
  readonly label?: string;
  readonly under?: string;
  readonly classes?: string;
  readonly expires?: string;
};

const USES: readonly KeyUse[] = ["data", "govern", "issue", "record", "seal"];

/** The public part of a key file or of a public description (`key show --public`), with what it shall be used for. */
export async function readKeySpec(path: string, options: KeyOptions): Promise<KeySpec> {
  const { uses = "govern,issue,record", label = "office", under, classes, expires } = options;
  const scope = {
    ...(under === undefined
      ? {}
      : { under: under as NonNullable<KeySpec["scope"]>["under"] & string }),
    ...(classes === undefined ? {} : { classes: classes.split(",") }),
    ...(expires === undefined ? {} : { until: parseSeconds(expires, "--expires") }),
  };
  return {
    key: await readPublicKey(path),
    uses: parseUses(uses),
    label,
    ...(Object.keys(scope).length === 0 ? {} : { scope }),
  };
}

/** `govern,issue` → sorted uses, none twice. */
export function parseUses(text: string): KeyUse[] {
  const words = [...new Set(text.split(",").map((word) => word.trim()))].sort();
  const unknown = words.find((word) => !USES.includes(word as KeyUse));
  if (unknown === undefined) return words as KeyUse[];
  throw new CliProblem("CLI_ARGUMENT", {
    name: "--uses",
    got: unknown,
    want: { en: `one of ${USES.join(", ")}`, zh: `以下之一：${USES.join("、")}` },
    example: "--uses govern,issue,record",
  });
}

async function readPublicKey(path: string): Promise<KeySpec["key"]> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  const encoded = fromHex(/"public":\s*"([0-9a-f]+)"/.exec(text)?.[1] ?? "");
  const decoded = encoded === undefined ? undefined : decodeCbor(encoded);
  if (decoded?.ok && decoded.value instanceof Map) return decoded.value;
  throw new CliProblem("CLI_KEY_FORMAT", {
    path,
    detail: { en: "it has no public key", zh: "缺少公钥" },
  });
}
