import { decodePercent, sliceTraced, type Traced } from "./traced.ts";

const SCHEME = /^HTTPS?:\/\/[^/?#]*/;
/** A host without a scheme: `ID.EXAMPLE/…`. A code has its first slash only after `MA`. */
const BARE_HOST = /^(?!MA[./*])[0-9A-Z-]+(?:\.[0-9A-Z-]+)+(?::\d+)?(?=\/)/;
/** The way of a public resolver of MA codes: `…/?code=MA.156…`. */
const CODE_PARAMETER = /^\/?\?(?:[^#]*&)?CODE=([^&#]*)/;
const PATH = /^\/?(?:25S\/)?([^?#]*)/;

/** The code's part of a resolver's URL, percent-decoded; what is no URL stays as it is. Expects upper case. */
export function codeInUrl(written: Traced): Traced {
  const authority = SCHEME.exec(written.text) ?? BARE_HOST.exec(written.text);
  if (authority === null) return written;
  const rest = sliceTraced(written, authority[0].length, written.text.length);
  const match = CODE_PARAMETER.exec(rest.text) ?? PATH.exec(rest.text);
  const [all, code] = [match?.[0] ?? "", match?.[1] ?? ""];
  return decodePercent(sliceTraced(rest, all.length - code.length, all.length));
}
