import { type Code, parseCode } from "cityid/sdk";

/** @throws Error for what is no code: it came from us or from our node */
export function codeOf(text: string): Code {
  const parsed = parseCode(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.code}`);
  return parsed.value;
}
