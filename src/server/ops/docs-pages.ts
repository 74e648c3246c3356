import { html, type Markup } from "../pages/html.ts";
import { type Language, proseMarkup, translated } from "../pages/index.ts";
import { PROBLEM_ROWS, PROBLEM_ZH } from "../problem/index.ts";
import { DOCS_WORDS, TAG_WORDS } from "./docs-words.ts";
import { DOCS_ZH, ENDPOINTS, type Endpoint, SCHEMAS } from "./openapi/index.ts";

/** The API as a page. */
export function docsMain(language: Language): Markup {
  const tags = [...new Set(ENDPOINTS.map(({ tag }) => tag))];
  const sections = tags.map((tag) => {
    const endpoints = ENDPOINTS.filter((each) => each.tag === tag);
    return html`<section><h2>${TAG_WORDS[tag][language]}</h2>${endpoints.map((each) => endpointMarkup(each, language))}</section>`;
  });
  const shapes = Object.entries(SCHEMAS).map(
    ([name, schema]) =>
      html`<details id="${name}"><summary><code>${name}</code></summary><pre><code>${JSON.stringify(schema, null, 2)}</code></pre></details>`,
  );
  const { api, forPrograms, forErrors, slashes, root, schemas } = DOCS_WORDS;
  return html`<h1>${api[language]}</h1><p>${forPrograms[language]}<a href="/openapi.json">/openapi.json</a></p>
<p>${forErrors[language]}<a href="/docs/errors?lang=${language}">/docs/errors</a></p>
<p>${proseMarkup(slashes[language])}${language === "en" && " "}${proseMarkup(root[language])}</p>${sections}<section><h2>${schemas[language]}</h2>${shapes}</section>`;
}

function endpointMarkup(endpoint: Endpoint, language: Language): Markup {
  const { method, path, summary, parameters = [], body, answers, signed } = endpoint;
  const said = (english: string): Markup => proseMarkup(translated(english, language, DOCS_ZH));
  const rows = parameters.map(
    ({ name, description }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${said(description)}</td></tr>`,
  );
  const lines = Object.entries(answers).map(
    ([status, { description, content }]) =>
      html`<li><code>${status}</code> ${said(description)} ${Object.entries(content ?? {}).map(contentMarkup)}</li>`,
  );
  const needs = signed === "unless-open" ? DOCS_WORDS.signedUnlessOpen : DOCS_WORDS.signed;
  return html`<details><summary><code>${method.toUpperCase()} ${path}</code> ${said(summary)}</summary>
${signed && html`<p>${needs[language]}</p>`}${rows.length > 0 && html`<table>${rows}</table>`}
${body && html`<p>${DOCS_WORDS.body[language]}${Object.entries(body).map(contentMarkup)}</p>`}<p>${DOCS_WORDS.answers[language]}</p><ul>${lines}</ul></details>`;
}

function contentMarkup([type, schema]: readonly [
  string,
  { readonly [keyword: string]: unknown },
]): Markup {
  const name = /[^/]+$/.exec(String(schema.$ref ?? ""))?.[0];
  return html`<code>${type}</code>${name !== undefined && html` <a href="#${name}">${name}</a>`} `;
}

/** Every code of a problem. A list and no table: on a phone four columns leave none of them wide enough to read. */
export function errorsMain(language: Language): Markup {
  const said = (english: string): Markup => proseMarkup(translated(english, language, PROBLEM_ZH));
  const items = Object.entries(PROBLEM_ROWS).map(
    ([code, { status, title, remedy }]) =>
      html`<li id="${code}"><p><code>${code}</code> <span class="soft">HTTP ${status}</span></p><p><strong>${said(title)}</strong></p><p>${said(remedy)}</p></li>`,
  );
  return html`<h1>${DOCS_WORDS.errors[language]}</h1><p>${DOCS_WORDS.match[language]}</p><ul class="rows problems">${items}</ul>`;
}
