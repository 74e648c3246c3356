import { readCode } from "cityid/sdk";
import { ask } from "./ask.ts";
import { parsed } from "./parsed.ts";

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
  const code = readCode(decoded(new URL(asked.url).pathname.slice(1)));
  return code.ok ? { code: code.value.code, value: decoded(value ?? uic ?? "") } : undefined;
}

type Listed = { readonly items?: unknown };

async function bySearch(value: string): Promise<AliasOf | undefined> {
  const asked = await ask(`/v1/codes?q=${encodeURIComponent(value)}&limit=5`);
  if (!("text" in asked)) return undefined;
  const { items } = Object(parsed(asked.text)) as Listed;
  if (!Array.isArray(items)) return undefined;
  const [only, ...others] = items.map((item) => Object(item).code as unknown);
  return typeof only === "string" && others.length === 0 ? { code: only, value } : undefined;
}

/** What is not encoded as it should be stands for itself: nobody has such a number. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
