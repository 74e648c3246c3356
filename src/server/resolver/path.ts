import { percentDecoded } from "../http/decoded.ts";

// Segments that begin a code however it was typed: "MA", in any case and width, and what may follow it.
const CODE_START = /^[mMｍＭ][aAａＡ](?:$|[.。．｡*＊/])/;

/** A path that means a code, with what it asks about it. */
export type CodePath = { readonly typed: string; readonly wants: "code" | "did" };

/** Tells the paths of codes from those of the portal. */
export function readCodePath(path: string): CodePath | undefined {
  const text = percentDecoded(path.slice(1));
  const withoutPrefix = text.replace(/^25[sS]\//, "");
  if (!CODE_START.test(withoutPrefix) && withoutPrefix === text) return undefined;
  return withoutPrefix.endsWith(DID_DOCUMENT)
    ? { typed: withoutPrefix.slice(0, -DID_DOCUMENT.length), wants: "did" }
    : { typed: withoutPrefix, wants: "code" };
}

const DID_DOCUMENT = "/did.json";
