import { readCode } from "cityid/sdk";
import { ask } from "./ask.ts";

/** The code that an old number stands for, as the node finds it. The record's proof shows whether it says so too. */
export type AliasOf = { readonly code: string; readonly value: string };

/** `…/alias/<scheme>/<value>` and `…/uic/<21 digits>`: what plates bear whose things had numbers before. */
const ADDRESS =
  /^(?:https?:\/\/[^/?#\s]+)?\/?(alias\/[a-z0-9._-]+\/([^?#\s]+)|uic\/(\d{21}))(?:[?#].*)?$/i;
/** A number as people type it. */
const MAX_TYPED = 64;

/** @returns `undefined` where no thing has it, several have it, or the node does not answer */
export async function findAlias(text: string): Promise<AliasOf | undefined> {
  const address = ADDRESS.exec(text);
  if (address !== null) return byAddress(address);
  // Of an address of somebody else nothing is looked up.
  return text.length <= MAX_TYPED && !text.includes("://") ? bySearch(text) : undefined;
}

async function byAddress([, path = "", value, uic]: RegExpExecArray): Promise<AliasOf | undefined> {
  const asked = await ask(`/${path}`, "follow");
  if (!("text" in asked)) return undefined;
  // It leads on to the code.
  const code = readCode(decodeURIComponent(new URL(asked.url).pathname.slice(1)));
  return code.ok
    ? { code: code.value.code, value: decodeURIComponent(value ?? uic ?? "") }
    : undefined;
}

type Listed = {
  readonly items?: readonly { readonly code?: unknown; readonly aliases?: unknown }[];
};

async function bySearch(value: string): Promise<AliasOf | undefined> {
  const asked = await ask(`/v1/codes?q=${encodeURIComponent(value)}&limit=5`);
  if (!("text" in asked)) return undefined;
  const { items = [] } = Object(JSON.parse(asked.text)) as Listed;
  const codes = items.map(({ code }) => code).filter((each) => typeof each === "string");
  return codes.length === 1 && codes[0] !== undefined ? { code: codes[0], value } : undefined;
}
