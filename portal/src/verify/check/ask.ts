import { parsed } from "./parsed.ts";

/** What a node said, or that it said nothing of use. */
export type Asked =
  | { readonly text: string; readonly url: string }
  /** `elsewhere`: another node answers for it, which this page may not talk to. */
  | { readonly problem: "silent" | "refused" | "elsewhere"; readonly code?: string };

const PATIENCE_MILLISECONDS = 8000;
/** Evidence of a seal is some 10 KB, with a full status list some 200 KB. */
const MAX_CHARACTERS = 4_000_000;

/** Asks the node that this page came from. Never throws: a verdict is owed in any case. */
export async function ask(path: string, redirect: "manual" | "follow" = "manual"): Promise<Asked> {
  try {
    const response = await fetch(path, {
      headers: { Accept: "application/json" },
      signal: timeout(PATIENCE_MILLISECONDS),
      cache: "no-store",
      redirect,
    });
    if (response.type === "opaqueredirect") return { problem: "elsewhere" };
    const text = await response.text();
    if (!response.ok) return { problem: "refused", ...codeOf(text) };
    if (text.length > MAX_CHARACTERS) return { problem: "refused" };
    return { text, url: response.url };
  } catch {
    return { problem: "silent" };
  }
}

function timeout(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

function codeOf(text: string): { readonly code?: string } {
  const { code } = Object(parsed(text)) as { readonly code?: unknown };
  return typeof code === "string" ? { code } : {};
}
