import { mkdtempSync, readdirSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { openResolverWorld, type ResolverWorld, readJson, VECTORS } from "./resolver-world.ts";

// vectors/resolver, each case asked of a real node over HTTP. Paths go out as they are written: `fetch` would mend them.

type Headers = { readonly [name: string]: string };
type Wanted = string | null | { readonly has: string };

type Answer = {
  readonly status: number;
  readonly headers?: { readonly [name: string]: Wanted };
  readonly json?: object;
  readonly text?: readonly string[];
  readonly notText?: readonly string[];
  readonly empty?: true;
  readonly again?: { readonly headers: Headers; readonly answer: Answer };
};

type Case = {
  readonly name: string;
  readonly request: { readonly method?: string; readonly path: string; readonly headers?: Headers };
  readonly answer: Answer;
};

const FILES = readdirSync(VECTORS).filter(
  (file) => file.endsWith(".json") && file !== "world.json" && !file.includes("schema"),
);

const isLinkset = new Ajv2020({ strict: false, allErrors: true }).compile(
  readJson("linkset.schema.json"),
);

let directory: string;
let world: ResolverWorld;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "cityid-resolver-"));
  world = await openResolverWorld(directory);
});
afterAll(async () => {
  await world?.node[Symbol.asyncDispose]();
  discard(directory);
});

describe.each(FILES)("%s", (file) => {
  const cases: readonly Case[] = readJson(file);

  test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    const { request: asked, answer } = filled(each, world.words);
    const got = await ask(asked);
    compare(got, answer);
    if (answer.again === undefined) return;
    const etag = got.headers.etag ?? "";
    const { headers, answer: second } = filled(answer.again, new Map([["etag", etag]]));
    compare(await ask({ ...asked, headers: { ...asked.headers, ...headers } }), second);
  });
});

test("no two cases of a file have one name", () => {
  for (const file of FILES) {
    const names = readJson(file).map(({ name }: Case) => name);
    expect(new Set(names).size).toBe(names.length);
  }
});

describe("the schema of linksets", () => {
  const target = { href: "https://a.example/" };
  const context = { anchor: "https://a.example/", item: [target] };

  test.each([
    ["an array", [context]],
    ["a second member", { linkset: [context], more: 1 }],
    ["a relation that is no array", { linkset: [{ ...context, item: target }] }],
    ["a relation in upper case", { linkset: [{ ...context, Item: [target] }] }],
    ["a target without href", { linkset: [{ ...context, item: [{ title: "a" }] }] }],
    [
      "a language that is no array",
      { linkset: [{ ...context, item: [{ ...target, hreflang: "en" }] }] },
    ],
    [
      "an attribute of its own that is no array",
      { linkset: [{ ...context, item: [{ ...target, context: "a" }] }] },
    ],
    [
      "a relation inside a target",
      { linkset: [{ ...context, item: [{ ...target, rel: "item" }] }] },
    ],
    [
      "a URL outside of ASCII",
      { linkset: [{ ...context, item: [{ href: "https://灯.example/" }] }] },
    ],
  ])("refuses %s", (_, value) => {
    expect(isLinkset({ linkset: [context] })).toBe(true);
    expect(isLinkset(value)).toBe(false);
  });
});

type Got = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

function ask({ method = "GET", path, headers = {} }: Case["request"]): Promise<Got> {
  const { hostname, port } = new URL(world.node.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.once("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString("utf8"),
        }),
      );
    });
    sent.once("error", reject);
    sent.end();
  });
}

function compare({ status, headers, body }: Got, answer: Answer): void {
  expect(status, body).toBe(answer.status);
  for (const [name, wanted] of Object.entries(answer.headers ?? {})) {
    const got = headers[name.toLowerCase()];
    if (wanted === null) expect(got, name).toBeUndefined();
    else if (typeof wanted === "string") expect(got, name).toBe(wanted);
    else expect(String(got), name).toContain(wanted.has);
  }
  if (answer.json !== undefined) expect(JSON.parse(body)).toMatchObject(answer.json);
  for (const part of answer.text ?? []) expect(body).toContain(part);
  for (const part of answer.notText ?? []) expect(body).not.toContain(part);
  if (answer.empty) expect(body).toBe("");
  if (headers["content-type"] === "application/linkset+json" && body !== "") {
    expect(isLinkset(JSON.parse(body)), JSON.stringify(isLinkset.errors)).toBe(true);
  }
}

/** With what the placeholders mean; `{etag}` only in what is asked again. */
function filled<T>(value: T, words: ReadonlyMap<string, string>): T {
  const text = JSON.stringify(value).replace(/\{(\w+)\}/g, (all, name: string) => {
    const word = words.get(name);
    return word === undefined ? all : JSON.stringify(word).slice(1, -1);
  });
  return JSON.parse(text) as T;
}
