import { readFile } from "node:fs/promises";
import { type FoundingValidator, fromHex, hex, type ValidatorTerms } from "../../core/index.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";

/** A validator's card as JSON: what a member proposes, but for the kind and `prev`. */
export function cardJson(card: FoundingValidator): object {
  return { ...card, key: hex(card.key), peer: hex(card.peer) };
}

/** A card of a validator that a ledger begins with: its node cosigns, so it has an address. */
export type FoundingCard = FoundingValidator & { readonly cosigner: string; readonly url: string };

/** @throws CliProblem CLI_FILE_READ, CLI_FILE_FORMAT; what the fields hold, the genesis is judged for */
export async function readFoundingCard(path: string): Promise<FoundingCard> {
  const text = await readFile(path, "utf8").catch((cause) => {
    throw fileProblem(path, cause);
  });
  const card = fieldsOf(text);
  const [key, peer] = [fromHex(`${card.key}`), fromHex(`${card.peer}`)];
  const texts = ["id", "address", "url", "cosigner"].map((name) => card[name]);
  if (key !== undefined && peer !== undefined && texts.every((each) => typeof each === "string")) {
    const [id = "", address = "", url = "", cosigner = ""] = texts;
    return { id, key, peer, address, url, cosigner };
  }
  const want = {
    en: "a validator's card with the address of its node: cityid validator init --node-url",
    zh: "含节点地址的验证节点登记卡：cityid validator init --node-url",
  };
  throw new CliProblem("CLI_FILE_FORMAT", { path, want });
}

function fieldsOf(text: string): { readonly [name: string]: unknown } {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}

/** The fields of a card that may stand in the operation. */
export const CARD_FIELDS: readonly (keyof ValidatorTerms)[] = [
  "id",
  "key",
  "peer",
  "address",
  "url",
  "cosigner",
];
