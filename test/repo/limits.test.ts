import { expect, it } from "vitest";
import * as codes from "../../src/core/code/limits.ts";
import { MAX_LEVELS } from "../../src/core/code/tree.ts";
import * as data from "../../src/core/data/limits.ts";
import * as operations from "../../src/core/op/limits.ts";
import * as seals from "../../src/core/seal/limits.ts";
import { MAX_DRIFT_MILLISECONDS, MAX_GAP_MILLISECONDS } from "../../src/ledger/clock-guard.ts";
import { MIN_INTERVAL_MILLISECONDS } from "../../src/ledger/publisher.ts";
import * as http from "../../src/server/limits.ts";
import { MAX_GENERATIONS, MAX_MORE } from "../../src/verify/bundle.ts";
import * as witness from "../../src/witness/limits.ts";
import { filesBelow, read } from "./sources.ts";

const ledger = {
  ...witness,
  MAX_DRIFT_MILLISECONDS,
  MAX_GAP_MILLISECONDS,
  MIN_INTERVAL_MILLISECONDS,
};

/** Each text of the specification that has a table of limits, and the constants that it speaks of. */
const TABLES: { readonly [path: string]: { readonly [name: string]: number } } = {
  "docs/spec/codes.md": codes,
  "docs/spec/http.md": http,
  "docs/spec/ledger.md": ledger,
  "docs/spec/operations.md": operations,
  "docs/spec/seals.md": seals,
  "docs/spec/sharing.md": data,
};

const ROW = /^\| `([A-Z_]+)` \| (\d+) \|/gm;
const rowsOf = (path: string) =>
  [...read(path).matchAll(ROW)].map(([, name = "", value]) => [name, Number(value)] as const);

it.each(Object.entries(TABLES))("%s lists every limit with its value", (path, constants) => {
  const rows = rowsOf(path);
  expect(Object.fromEntries(rows)).toEqual({ ...constants });
  expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
});

it("no other text of the specification has such a table", () => {
  const others = filesBelow("docs/spec", ".md").filter((path) => !(path in TABLES));
  expect(others.filter((path) => rowsOf(path).length > 0)).toEqual([]);
});

it("ledger.md says how many values a proof may hold, and why", () => {
  expect(read("docs/spec/ledger.md")).toContain(
    `At most ${MAX_MORE}, as many as a code of ${MAX_LEVELS} nodes with ${MAX_GENERATIONS} ended`,
  );
});

it("the descriptor and the words of http.md say the same as its table", () => {
  const text = read("docs/spec/http.md");
  const { bodyBytes, bulkBytes, operationBytes, operationsPerRequest } = JSON.parse(
    /"limits": (\{.*?\})/.exec(text)?.[1] ?? "{}",
  );
  expect([bodyBytes, bulkBytes, operationBytes, operationsPerRequest]).toEqual([
    http.MAX_BODY_BYTES,
    http.MAX_BULK_BYTES,
    operations.MAX_OPERATION_BYTES,
    http.MAX_ITEMS_PER_REQUEST,
  ]);
  expect(text).toMatch(`(1 … ${spaced(http.MAX_PAGE)}; ${http.DEFAULT_PAGE} unless said)`);
  expect(text).toMatch(`${spaced(http.MAX_APPLICATIONS)} applications`);
  expect(text).toMatch(`${http.MAX_MESSAGES} messages each`);
  expect(text).toMatch(`${http.MIN_TOKEN_SECONDS} … ${spaced(http.MAX_TOKEN_SECONDS)} seconds`);
});

/** As the texts group digits. */
function spaced(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, " ");
}
