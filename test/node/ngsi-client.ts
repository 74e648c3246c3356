// What the tests of NGSI-LD ask a real node with.

// biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
export type Json = any;

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `undefined` where there is none. */
  readonly body: Json;
};

export type Fields = Record<string, string>;

export const JSON_TYPE: Fields = { "Content-Type": "application/json" };
export const LD_TYPE: Fields = { "Content-Type": "application/ld+json" };
export const ERRORS = "https://uri.etsi.org/ngsi-ld/errors/";

/** @param node asked for at each request: it may be another one by then */
export function ngsiClient(node: () => { readonly url: string }) {
  /** @param body goes as it is where it is a text, else as JSON */
  async function ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Fields = JSON_TYPE,
  ): Promise<Answer> {
    const given = typeof body === "string" ? body : JSON.stringify(body);
    const init = { method, headers, ...(body !== undefined && { body: given }) };
    const response = await fetch(`${node().url}/ngsi-ld/v1${path}`, init);
    const text = await response.text();
    const { status, headers: fields } = response;
    return { status, headers: fields, text, body: text === "" ? undefined : JSON.parse(text) };
  }
  const get = async (path: string, headers: Fields = {}): Promise<Json> =>
    (await ask("GET", path, undefined, headers)).body;
  return { ask, get };
}
