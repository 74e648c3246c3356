import { readableTime } from "../../text/index.ts";
import { html, type Markup } from "./html.ts";
import { PAGE_ICON_PATH } from "./icon.ts";
import { isLanguage, type Language } from "./language.ts";
import { PAGE_POLICY, PAGE_STYLE_PATH } from "./style.ts";
import { PAGE_WORDS } from "./words.ts";

export type PageFrame = {
  readonly title: string;
  readonly language: Language;
  /** The same page in the other language. */
  readonly otherLanguage: string;
  /** The language was asked for in the address: links to other pages ask for it as well, since nothing else remembers it. */
  readonly keepsLanguage?: boolean;
  readonly isDemonstration: boolean;
  /** It has a dataset that everybody writes. */
  readonly isScratch: boolean;
};

/** A whole page as text. */
export function renderPage(frame: PageFrame, main: Markup): string {
  const { title, language, otherLanguage, isDemonstration, isScratch } = frame;
  const tag = language === "zh" ? "zh-CN" : "en";
  const otherTag = language === "zh" ? "en" : "zh-CN";
  const page = html`<!doctype html>
<html lang="${tag}"><head><meta charset="utf-8"><title>${title} · ${PAGE_WORDS.ledger[language]}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="${PAGE_ICON_PATH}" type="image/svg+xml"><link rel="stylesheet" href="${PAGE_STYLE_PATH}"></head>
<body><a class="skip" href="#main">${PAGE_WORDS.skip[language]}</a><header><a href="/">${PAGE_WORDS.ledger[language]}</a><a href="${otherLanguage}" lang="${otherTag}" hreflang="${otherTag}">${PAGE_WORDS.otherLanguage[language]}</a></header>
<main id="main" tabindex="-1">${main}</main>
<footer>${isDemonstration && html`<p>${PAGE_WORDS.demonstration[language]}</p>`}${isScratch && html`<p>${PAGE_WORDS.scratch[language]}</p>`}<p>cityid</p></footer></body></html>
`.markup;
  return frame.keepsLanguage === true ? keepLanguage(page, language) : page;
}

/** Pages, not what programs read, and no address that names a language already. Quotes within texts are escaped. */
const PAGE_LINK =
  /<a href="(\/(?!\/|v1\/|catalog\/|ogc\/)[^"?#]*)(?:\?((?!lang=|[^"#]*&amp;lang=)[^"#]*))?(#[^"]*)?"(?! download)/g;

/** The one place for it: links are made by whoever tells of a code, and few of them know how the page was asked for. */
function keepLanguage(page: string, language: Language): string {
  return page.replace(PAGE_LINK, (_link, path: string, query?: string, hash = "") => {
    const before = query === undefined ? "" : `${query}&amp;`;
    return `<a href="${path}?${before}lang=${language}${hash}"`;
  });
}

/** A page as an answer: nothing in it runs, and nobody may frame it. */
export function pageResponse(
  text: string,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  // As bytes: a text would be looked through once more for lone surrogates.
  const body = Buffer.from(text);
  const length = { "Content-Length": String(body.length), Vary: PAGE_VARY };
  return new Response(body, { status, headers: { ...PAGE_HEADERS, ...length, ...headers } });
}

/** What the language of a page hangs on, and whether it is one at all. */
export const PAGE_VARY = "Accept, Accept-Language";

/** Of every page. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": PAGE_POLICY,
};

/** A moment: Beijing time, with UTC beside it. */
export function timeMarkup(milliseconds: number): Markup {
  const { beijing, utc } = readableTime(milliseconds);
  return html`<time datetime="${new Date(milliseconds).toISOString()}">${beijing} <span class="utc">(UTC ${utc})</span></time>`;
}

/** Whether the address itself asks for a language. */
export function asksLanguage(url: URL): boolean {
  return isLanguage(url.searchParams.get("lang"));
}

/** This address with another language. */
export function inLanguage(url: URL, language: Language): string {
  const other = new URLSearchParams(url.search);
  other.set("lang", language === "zh" ? "en" : "zh");
  return `${url.pathname}?${other}`;
}
