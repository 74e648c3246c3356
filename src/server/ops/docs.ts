import { LastingText } from "../http/compressed.ts";
import type { Markup } from "../pages/html.ts";
import {
  type Language,
  languageOf,
  PAGE_HEADERS,
  PAGE_VARY,
  renderPage,
  type Words,
} from "../pages/index.ts";
import type { App, Services } from "../services.ts";
import { docsMain, errorsMain } from "./docs-pages.ts";
import { DOCS_WORDS } from "./docs-words.ts";
import { openApiDocument } from "./openapi/index.ts";

/** `/openapi.json` for programs, `/docs` for people: the same list, without a script or a request to anybody else. */
export function mountDocs(app: App, { config, node, scratch }: Services): void {
  const document = new LastingText(
    JSON.stringify(openApiDocument(config.publicUrl, node.software)),
  );
  app.get("/openapi.json", (c) => document.answer(c, { "Content-Type": "application/json" }));
  mountPage("/docs", DOCS_WORDS.api, docsMain);
  mountPage("/docs/errors", DOCS_WORDS.errors, errorsMain);

  /** A page that says the same as long as the node runs, so that it is made once in each language. */
  function mountPage(path: string, title: Words, main: (language: Language) => Markup): void {
    const frame = {
      keepsLanguage: true,
      isDemonstration: node.demonstration === true,
      isScratch: scratch !== undefined,
    };
    const made = (language: Language, other: Language): LastingText =>
      new LastingText(
        renderPage(
          { ...frame, title: title[language], language, otherLanguage: `${path}?lang=${other}` },
          main(language),
        ),
      );
    const pages = { zh: made("zh", "en"), en: made("en", "zh") };
    app.get(path, (c) => pages[languageOf(c.req.raw)].answer(c, PAGE_HEADERS, PAGE_VARY));
  }
}
