import { answer, answerJson } from "../http/answer.ts";
import { html, type Markup } from "../pages/html.ts";
import { pageResponse, renderPage } from "../pages/index.ts";
import { PROBLEM_ROWS } from "../problem/index.ts";
import type { App, Services } from "../services.ts";
import { ENDPOINTS, type Endpoint, openApiDocument, SCHEMAS } from "./openapi/index.ts";

/** `/openapi.json` for programs, `/docs` for people: the same list, without a script or a request to anybody else. */
export function mountDocs(app: App, { config, node, scratch }: Services): void {
  const document = openApiDocument(config.publicUrl, node.software);
  const pages = new Map([
    ["/docs", pageOf("HTTP API", docsMain(), "/docs")],
    ["/docs/errors", pageOf("Errors", errorsMain(), "/docs/errors")],
  ]);

  app.get("/openapi.json", (c) => answerJson(c, document));
  for (const [path, text] of pages) {
    app.get(path, (c) => {
      const cached = answer(c, text, { type: "text/html; charset=utf-8" });
      if (cached.status === 304) return cached;
      return pageResponse(text, 200, {
        ETag: cached.headers.get("ETag") ?? "",
        "Cache-Control": "no-cache",
      });
    });
  }

  function pageOf(title: string, main: Markup, path: string): string {
    const isDemonstration = node.demonstration === true;
    const isScratch = scratch !== undefined;
    return renderPage(
      { title, language: "en", otherLanguage: path, isDemonstration, isScratch },
      main,
    );
  }
}

function docsMain(): Markup {
  const tags = [...new Set(ENDPOINTS.map(({ tag }) => tag))];
  const sections = tags.map(
    (tag) =>
      html`<h2>${tag}</h2>${ENDPOINTS.filter((each) => each.tag === tag).map(endpointMarkup)}`,
  );
  const shapes = Object.entries(SCHEMAS).map(
    ([name, schema]) =>
      html`<details id="${name}"><summary><code>${name}</code></summary><pre><code>${JSON.stringify(schema, null, 2)}</code></pre></details>`,
  );
  return html`<h1>HTTP API</h1><p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). What goes wrong: <a href="/docs/errors">/docs/errors</a>. A code in a path is one segment: its slashes are written %2F. <code>GET /&lt;code&gt;</code> itself leads to the page, record, links, keys or proof of a code, as <code>Accept</code> asks.</p>${sections}<h2>Shapes</h2>${shapes}`;
}

function endpointMarkup({
  method,
  path,
  summary,
  parameters = [],
  body,
  answers,
  signed,
}: Endpoint): Markup {
  const rows = parameters.map(
    ({ name, description }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${description}</td></tr>`,
  );
  const lines = Object.entries(answers).map(
    ([status, { description, content }]) =>
      html`<li><code>${status}</code> ${description} ${Object.entries(content ?? {}).map(contentMarkup)}</li>`,
  );
  return html`<details><summary><code>${method.toUpperCase()} ${path}</code> ${summary}</summary>
${signed && html`<p>Needs a signed request or a bearer token.</p>`}${rows.length > 0 && html`<table>${rows}</table>`}
${body && html`<p>Body: ${Object.entries(body).map(contentMarkup)}</p>`}<ul>${lines}</ul></details>`;
}

function contentMarkup([type, schema]: readonly [
  string,
  { readonly [keyword: string]: unknown },
]): Markup {
  const name = /[^/]+$/.exec(String(schema.$ref ?? ""))?.[0];
  return html`<code>${type}</code>${name !== undefined && html` <a href="#${name}">${name}</a>`} `;
}

function errorsMain(): Markup {
  const rows = Object.entries(PROBLEM_ROWS).map(
    ([code, { status, title, remedy }]) =>
      html`<tr id="${code}"><th scope="row"><code>${code}</code></th><td>${status}</td><td>${title}</td><td>${remedy}</td></tr>`,
  );
  return html`<h1>Errors</h1><p>Match on the code; texts may change.</p><table><tr><th>Code</th><th>Status</th><th>What</th><th>Remedy</th></tr>${rows}</table>`;
}
