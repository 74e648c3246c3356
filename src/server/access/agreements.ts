import {
  fromHex,
  type GrantValue,
  grantEnd,
  grantKey,
  type MapKey,
  ok,
  parseCode,
  type RequestValue,
  type Result,
  requestKey,
} from "../../core/index.ts";
import { answerJson } from "../http/answer.ts";
import { type Json, toJson } from "../http/json.ts";
import { nextLink, type PageRequest, pageOf, readPage, readWord } from "../http/page.ts";
import { MAX_SCAN } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";
import { decodeValue } from "../state.ts";
import { mountAccesses } from "./accesses.ts";

/** Requests and grants, which are public as all of the ledger is; and who read what, which is not. */
export function mountAgreements(app: App, services: Services): void {
  const { ledger, state, clock, problem } = services;

  const grantJson = (id: string, grant: GrantValue): Json => {
    const end = grantEnd(state, grant, Math.floor(clock() / 1000));
    return { id, ...fieldsOf(grant), inForce: end === undefined, ...(end && { end }) };
  };
  const requestJson = (id: string, request: RequestValue): Json => {
    const grant = request.grant && state.get(grantKey(request.grant));
    const isAnswered =
      grant !== undefined && grantEnd(state, grant, Math.floor(clock() / 1000)) === undefined;
    return { id, ...fieldsOf(request), answered: isAnswered };
  };

  mount("requests", "request/", "requested/", requestKey, requestJson);
  mount("grants", "grant/", "granted/", grantKey, grantJson);
  mountAccesses(app, services);

  function mount<V>(
    name: string,
    all: string,
    marks: string,
    keyOf: (id: Uint8Array) => MapKey<V>,
    jsonOf: (id: string, value: V) => Json,
  ): void {
    app.get(`/v1/${name}`, async (c) => {
      const asked = readAsked(c);
      if (!asked.ok) return problem(c, asked.error);
      const { page, code, side, open } = asked.value;
      const prefix = code === undefined ? all : `${marks}${code}/`;
      const found = await idsUnder(prefix, page, (id) => {
        const json = jsonOf(id, kept(keyOf(bytesOf(id))));
        return isWanted(json, { code, side, open }) ? json : undefined;
      });
      return answerJson(c, found, { headers: nextLink(c, found.next) });
    });

    app.get(`/v1/${name}/:id`, (c) => {
      const id = fromHex(c.req.param("id"));
      const value = id?.length === 32 ? state.get(keyOf(id)) : undefined;
      if (value === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
      return answerJson(c, jsonOf(c.req.param("id"), value));
    });
  }

  function kept<V>(key: MapKey<V>): V {
    return decodeValue<V>(ledger.value(key)) as V;
  }

  /** A page of what stands under ids that are the last part of keys with this prefix. */
  async function idsUnder(
    prefix: string,
    { limit, cursor }: PageRequest,
    itemOf: (id: string) => Json | undefined,
  ) {
    const items: Json[] = [];
    let next = cursor;
    for (let looked = 0; looked < MAX_SCAN; ) {
      const page = await ledger.keys(prefix, limit - items.length, next);
      for (const key of page.keys) {
        const id = key.slice(prefix.length);
        // Codes below this one have keys of their own behind the same beginning.
        const item = id.includes("/") ? undefined : itemOf(id);
        if (item !== undefined) items.push(item);
      }
      next = page.cursor;
      looked += page.keys.length;
      if (next === undefined || items.length >= limit) break;
    }
    return pageOf(items, next);
  }
}

type Asked = {
  readonly code: string | undefined;
  readonly side: "dataset" | "asking" | undefined;
  readonly open: boolean;
};

/** `code`: either side; `side`: which of them, where there is a code; `open=1`: grants in force, requests that no grant in force answers. */
function readAsked(c: AppContext): Result<Asked & { readonly page: PageRequest }, AnyRefusal> {
  const page = readPage(c);
  if (!page.ok) return page;
  const text = c.req.query("code");
  const code = text === undefined ? undefined : parseCode(text);
  if (code?.ok === false) return code;
  const side = readWord(c, "side", ["dataset", "asking"]);
  if (!side.ok) return side;
  const open = readWord(c, "open", ["0", "1"]);
  if (!open.ok) return open;
  return ok({ page: page.value, code: code?.value, side: side.value, open: open.value === "1" });
}

function isWanted(json: Json, { code, side, open }: Asked): boolean {
  const { dataset, inForce, answered } = json as { readonly [name: string]: Json };
  if (code !== undefined && side !== undefined && (dataset === code) !== (side === "dataset"))
    return false;
  return !open || inForce === true || answered === false;
}

function fieldsOf(value: object): { readonly [name: string]: Json } {
  return toJson(value) as { readonly [name: string]: Json };
}

function bytesOf(id: string): Uint8Array {
  return fromHex(id) ?? new Uint8Array();
}
