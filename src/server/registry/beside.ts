import {
  type ClassValue,
  chunkKey,
  classKey,
  fromHex,
  type ManifestValue,
  type MemberValue,
  manifestKey,
  memberKey,
  type ParamName,
  paramKey,
  type Registration,
  registrationKey,
  takenKey,
  type ValidatorValue,
  type ValueReader,
  validatorKey,
} from "../../core/index.ts";
import { answerJson } from "../http/answer.ts";
import { type Json, timeOfMilliseconds, toJson } from "../http/json.ts";
import { readPage } from "../http/page.ts";
import type { App, AppContext, Services } from "../services.ts";
import { answerPage, type ItemOf, listValues } from "./listing.ts";

const PARAMS: readonly ParamName[] = [
  "thresholds",
  "recoveryDelay",
  "voidWindow",
  "policy",
  "order",
  "upgrade",
];

/** Lists of what stands beside the codes: classes, manifests, registrations, members, validators, parameters. */
export function mountBeside(app: App, services: Services): void {
  const { ledger, state, problem } = services;
  list<ClassValue>("/v1/classes", "class/", (name, value) => fieldsOf({ class: name }, value));
  one("/v1/classes/:id", (id) => {
    const value = state.get(classKey(id));
    return value && fieldsOf({ class: id }, value);
  });

  list<MemberValue>("/v1/members", "member/", (id, value) => fieldsOf({ id }, value));
  one("/v1/members/:id", (id) => {
    const value = state.get(memberKey(id));
    return value && fieldsOf({ id }, value);
  });

  list<ValidatorValue>("/v1/validators", "validator/", (id, value) => fieldsOf({ id }, value));
  one("/v1/validators/:id", (id) => {
    const value = state.get(validatorKey(id));
    return value && fieldsOf({ id }, value);
  });

  list<ManifestValue>("/v1/manifests", "manifest/", (id, value) =>
    // The marks of taken chunks stand below the manifest's own key.
    id.includes("/") ? undefined : manifestJson(state, id, value),
  );
  one("/v1/manifests/:id", (id) => {
    const bytes = fromHex(id);
    const value = bytes && state.get(manifestKey(bytes));
    return (
      value && { ...manifestJson(state, id, value), ...progress(services, bytes, value.chunks) }
    );
  });

  one("/v1/registrations/:id", (id) => {
    const bytes = fromHex(id);
    const value = bytes && state.get(registrationKey(bytes));
    return value && registrationJson(state, id, value);
  });

  app.get("/v1/params", (c) =>
    answerJson(c, {
      items: PARAMS.flatMap((name) => {
        const value = state.get(paramKey(name));
        return value === undefined ? [] : [fieldsOf({ name }, value)];
      }),
    }),
  );

  function list<V>(path: string, prefix: string, itemOf: ItemOf<V, Json>): void {
    app.get(path, async (c) => {
      const page = readPage(c);
      if (!page.ok) return problem(c, page.error);
      return answerPage(c, await listValues(ledger, prefix, page.value, itemOf));
    });
  }

  function one(path: string, find: (id: string) => Json | undefined): void {
    app.get(path, (c: AppContext) => {
      const found = find(c.req.param("id") ?? "");
      if (found === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
      return answerJson(c, found);
    });
  }
}

function fieldsOf(id: { readonly [name: string]: string }, value: object): JsonFields {
  return { ...id, ...(toJson(value) as JsonFields) };
}

type JsonFields = { readonly [name: string]: Json | undefined };

function manifestJson(state: ValueReader, id: string, value: ManifestValue): JsonFields {
  const registration = state.get(registrationKey(fromHex(id) ?? new Uint8Array()));
  return {
    ...fieldsOf({ id }, value),
    void: registration?.void ?? false,
    changed: registration?.changed ?? 0,
  };
}

const MAX_RANGES = 1000;
/** A manifest of 10⁶ items in full chunks has 3 907. */
const MAX_CHUNKS_LOOKED_AT = 5000;

/** Which chunks have been taken: what an interrupted import goes on by. */
function progress(
  { ledger, state }: Pick<Services, "ledger" | "state">,
  id: Uint8Array,
  chunks: number,
): JsonFields {
  const taken = state.get(takenKey(id))?.chunks ?? 0;
  if (taken === chunks) return { taken, missing: [] };
  const missing: [number, number][] = [];
  const end = Math.min(chunks, MAX_CHUNKS_LOOKED_AT);
  for (let index = 0; index < end; index += 1) {
    if (ledger.value(chunkKey(id, index)) !== undefined) continue;
    const last = missing.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else if (missing.push([index, index]) > MAX_RANGES) break;
  }
  const isMore = missing.length > MAX_RANGES || end < chunks;
  return { taken, missing: missing.slice(0, MAX_RANGES), ...(isMore && { more: true }) };
}

function registrationJson(state: ValueReader, id: string, value: Registration): JsonFields {
  const voidWindow = state.get(paramKey("voidWindow"))?.value;
  const window = typeof voidWindow === "number" ? voidWindow : 0;
  return { ...fieldsOf({ id }, value), voidUntil: timeOfMilliseconds(value.at + window * 1000) };
}
