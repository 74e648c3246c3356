import { err, hex, ok, type Result, sha256, utf8 } from "../../core/index.ts";
import type { Inventory } from "../../data/index.ts";
import type { Answered } from "../http/text-answer.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { TermContext } from "./contexts.ts";
import { attributeIri, typeIri } from "./names.ts";
import { isTrue } from "./parameters.ts";
import { CORE_MEMBERS } from "./projection.ts";
import { readTerm } from "./read-entity.ts";
import { type Ask, answerWith, type Route } from "./request.ts";

type Answer = Promise<Result<Answered, AnyRefusal>>;

/** Which types and attributes there are: GS CIM 009 §6.25 to §6.28. */
export function discoveryRoutes(): readonly Route[] {
  const reading = { method: "GET", isWriting: false, hasBody: false } as const;
  const parameters = ["details"];
  return [
    { ...reading, parameters, path: "/types", answer: listTypes },
    { ...reading, parameters: [], path: "/types/:type", answer: oneType },
    { ...reading, parameters, path: "/attributes", answer: listAttributes },
    { ...reading, parameters: [], path: "/attributes/:attribute", answer: oneAttribute },
  ];
}

async function inventoryOf({ target }: Ask): Promise<Inventory> {
  await target.log.entities.caughtUp();
  return target.log.entities.inventory(target.view);
}

async function listTypes(ask: Ask): Answer {
  const { context, asked } = ask;
  const types = await inventoryOf(ask);
  if (isTrue(asked("details"))) {
    const all = types.map(({ type, attributes }) => ({
      id: typeIri(type),
      type: "EntityType",
      typeName: context.typeTerm(type),
      attributeNames: [...attributes.keys()].map(context.attributeTerm),
    }));
    return ok(answerWith(ask, all));
  }
  const typeList = types.map(({ type }) => context.typeTerm(type));
  return ok(
    answerWith(ask, { id: listId("EntityTypeList", typeList), type: "EntityTypeList", typeList }),
  );
}

async function oneType(ask: Ask): Answer {
  const { context, c } = ask;
  const term = c.req.param("type") ?? "";
  const name = context.type(term);
  const found = (await inventoryOf(ask)).find(({ type }) => type === name);
  if (found === undefined) return err({ code: "NGSI_UNKNOWN", id: term.slice(0, 256) });
  return ok(
    answerWith(ask, {
      id: typeIri(found.type),
      type: "EntityTypeInfo",
      typeName: context.typeTerm(found.type),
      entityCount: found.entities,
      attributeDetails: [...found.attributes].map(([attribute, { types }]) => ({
        id: attributeIri(attribute),
        type: "Attribute",
        attributeName: context.attributeTerm(attribute),
        attributeTypes: types,
      })),
    }),
  );
}

type Found = {
  readonly count: number;
  readonly kinds: readonly string[];
  readonly types: readonly string[];
};

/** By attribute; entities of several types count once for each. */
function byAttribute(inventory: Inventory): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  for (const { type, attributes } of inventory) {
    for (const [name, { count, types }] of attributes) {
      const before = found.get(name) ?? { count: 0, kinds: [], types: [] };
      found.set(name, {
        count: before.count + count,
        kinds: [...new Set([...before.kinds, ...types])],
        types: [...before.types, type],
      });
    }
  }
  return found;
}

async function listAttributes(ask: Ask): Answer {
  const { context, asked } = ask;
  const found = byAttribute(await inventoryOf(ask));
  if (isTrue(asked("details"))) {
    const all = [...found].map(([name, { types }]) => ({
      id: attributeIri(name),
      type: "Attribute",
      attributeName: context.attributeTerm(name),
      typeNames: types.map(context.typeTerm),
    }));
    return ok(answerWith(ask, all));
  }
  const attributeList = [...found.keys()].map(context.attributeTerm);
  const id = listId("AttributeList", attributeList);
  return ok(answerWith(ask, { id, type: "AttributeList", attributeList }));
}

async function oneAttribute(ask: Ask): Answer {
  const term = ask.c.req.param("attribute") ?? "";
  // What every entity has is no attribute of it.
  if (CORE_MEMBERS.has(term)) return err({ code: "NGSI_UNKNOWN", id: term });
  const name = readTerm(term, ask.context);
  if (!name.ok) return name;
  const found = byAttribute(await inventoryOf(ask)).get(name.value);
  if (found === undefined) return err({ code: "NGSI_UNKNOWN", id: term.slice(0, 256) });
  return ok(answerWith(ask, attributeInfo(name.value, found, ask.context)));
}

function attributeInfo(name: string, { count, kinds, types }: Found, context: TermContext): object {
  return {
    id: attributeIri(name),
    type: "Attribute",
    attributeName: context.attributeTerm(name),
    attributeCount: count,
    attributeTypes: kinds,
    typeNames: types.map(context.typeTerm),
  };
}

/** The same list has the same id. */
function listId(kind: string, list: readonly string[]): string {
  return `urn:ngsi-ld:${kind}:${hex(sha256(utf8(JSON.stringify(list)))).slice(0, 16)}`;
}
