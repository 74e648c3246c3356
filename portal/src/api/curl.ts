import type { Call } from "./calls.ts";

/** Base64 beyond this is shortened where it is shown, never where it is copied. */
const SHOWN_BASE64 = 120;

/** A call as a shell command: `whole` works when pasted, `shown` leaves out the middle of a long body. */
export function curlOf(call: Call): { readonly whole: string; readonly shown: string } {
  const args = ["curl -sS", ...methodOf(call), ...call.headers.map(headerOf)];
  if (call.body === undefined) return same([...args, quote(call.url)].join(" \\\n  "));
  if (typeof call.body === "string") {
    return same([...args, `--data-raw ${quote(call.body)}`, quote(call.url)].join(" \\\n  "));
  }
  const post = [...args, "--data-binary @-", quote(call.url)].join(" \\\n  ");
  const base64 = toBase64(call.body);
  const pipe = (text: string): string => `printf %s ${quote(text)} | base64 -d |\n${post}`;
  return { whole: pipe(base64), shown: pipe(shorten(base64)) };
}

function methodOf({ method, body }: Call): readonly string[] {
  const implied = body === undefined ? "GET" : "POST";
  return method === implied ? [] : [`-X ${method}`];
}

function headerOf([name, value]: readonly [string, string]): string {
  return `-H ${quote(`${name}: ${value}`)}`;
}

/** Single quotes keep everything; one inside ends the string, stands escaped, and begins it anew. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function shorten(base64: string): string {
  if (base64.length <= SHOWN_BASE64) return base64;
  return `${base64.slice(0, SHOWN_BASE64 - 20)}…${base64.slice(-16)}`;
}

function same(text: string): { readonly whole: string; readonly shown: string } {
  return { whole: text, shown: text };
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
