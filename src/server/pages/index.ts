export { type CodePage, codePageMain, codePageTitle } from "./code-page.ts";
export { PAGE_ICON, PAGE_ICON_PATH } from "./icon.ts";
export {
  type Language,
  languageOf,
  preferredLanguage,
  translated,
  type Words,
} from "./language.ts";
export {
  asksLanguage,
  inLanguage,
  PAGE_HEADERS,
  PAGE_VARY,
  pageResponse,
  renderPage,
} from "./layout.ts";
export { problemMain, problemTitle } from "./problem-page.ts";
export { proseMarkup } from "./prose.ts";
export { PAGE_STYLE, PAGE_STYLE_PATH } from "./style.ts";
