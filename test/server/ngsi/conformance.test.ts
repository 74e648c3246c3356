import { describe, expect, test } from "vitest";
import type { Entity, JsonMap } from "../../../src/data/index.ts";
import {
  asOfVersion,
  formOfVersion,
  preferredVersion,
} from "../../../src/server/ngsi/conformance.ts";
import type { TermContext } from "../../../src/server/ngsi/contexts.ts";
import { entityJson, type Form } from "../../../src/server/ngsi/write-entity.ts";

// Versions of NGSI-LD that a client prefers: GS CIM 009 §4.3.6.8.

const instance = (said: JsonMap) => ({ said, created: 1, modified: 1, entry: 1, at: 0 });
const term = (value: unknown) => String(value).replace(/^.*#/, "");

const CORE = {
  typeTerm: (type: string) => type,
  attributeTerm: (name: string) => name,
} as TermContext;

const ENTITY: Entity = {
  ...{ id: "urn:a:1", types: ["A", "B"], scopes: ["/a"], created: 1, modified: 1, time: 1 },
  ...{ expires: 10, due: 10 },
  attributes: {
    many: [
      instance({ type: "Property", value: 1, datasetId: "urn:d:1" }),
      instance({ type: "Property", value: 2, unitCode: "C62", observedAt: "2026-01-01T00:00:00Z" }),
    ],
    name: [instance({ type: "LanguageProperty", languageMap: { zh: "灯" } })],
    json: [instance({ type: "JsonProperty", json: { a: "urn:ngsi-ld:null", b: [1] } })],
    kind: [instance({ type: "VocabProperty", vocab: "https://own.example/#lamp" })],
    list: [instance({ type: "ListProperty", valueList: [1, 2], valueType: "x" })],
    links: [instance({ type: "ListRelationship", objectList: ["urn:b:1"], objectType: "B" })],
    deep: [
      instance({
        ...{
          type: "Property",
          value: { languageMap: 1, expiresAt: "x" },
          expiresAt: "2030-01-01T00:00:00Z",
        },
        of: {
          type: "LanguageProperty",
          languageMap: { en: "x" },
          expiresAt: "2030-01-01T00:00:00Z",
        },
      }),
    ],
  },
};
const then = (minor: number | undefined) => asOfVersion(ENTITY, minor, term);
const said = (minor: number, name: string) =>
  then(minor).attributes[name]?.map((each) => each.said);

describe("an older version", () => {
  test("is named by a preference among others", () => {
    for (const [prefer, minor] of [
      ...([
        [undefined, undefined],
        ["", undefined],
        ["body=json", undefined],
      ] as const),
      ...([
        ["ngsi-ld=1.5", 5],
        ["body=json, ngsi-ld=1.0", 0],
        ['ngsi-ld="1.6"', 6],
      ] as const),
      // Names of preferences have no capitals of their own (RFC 7240).
      ...([
        ["NGSI-LD=1.0", 0],
        ["respond-async, Ngsi-Ld=1.4;q=0.1", 4],
      ] as const),
      ...([
        ["ngsi-ld=1.9.1", 9],
        ["ngsi-ld=1.12", 9],
        ["ngsi-ld=2.0", 9],
      ] as const),
      ...([
        ["ngsi-ld=x", undefined],
        ["xngsi-ld=1.5", undefined],
        ["ngsi-ld=1.5x", undefined],
      ] as const),
    ]) {
      expect(preferredVersion(prefer), String(prefer)).toBe(minor);
    }
  });

  test("has what there was then, and of the newest nothing is told otherwise", () => {
    expect([then(undefined), then(9)]).toEqual([ENTITY, ENTITY]);
    expect(then(9)).toBe(ENTITY);
    expect([then(8).expires, then(8).scopes, then(8).types]).toEqual([
      undefined,
      ["/a"],
      ["A", "B"],
    ]);
    expect([then(3).scopes, then(3).types, then(0).types]).toEqual([[], ["A", "B"], ["A"]]);
  });

  test("is the same object where nothing in it came later, and says whether it is told otherwise", () => {
    const { expires: _, ...rest } = ENTITY;
    const plain = { type: "Property", value: 1, of: { type: "Relationship", object: "urn:b:1" } };
    const old: Entity = {
      ...{ ...rest, types: ["A"], scopes: [] },
      attributes: { plain: [instance(plain)] },
    };
    expect([asOfVersion(old, 0, term), then(8)]).toEqual([old, expect.not.objectContaining(old)]);
    expect(asOfVersion(old, 0, term)).toBe(old);
    const dated: Entity = { ...old, expires: 10, scopes: ["/a"] };
    expect([asOfVersion(dated, 8, term), asOfVersion(dated, 3, term).scopes]).toEqual([
      ...[{ ...old, scopes: ["/a"] }, []],
    ]);
    const isAltered = (entity: Entity, minor: number, more: Partial<Form> = {}) => {
      const form: Form = {
        ...{ style: "normalized", withTimes: false },
        ...{ ...formOfVersion(minor), ...more },
      };
      entityJson(entity, CORE, form);
      entityJson(old, CORE, form);
      return form.version?.isAltered;
    };
    expect([isAltered(old, 0), isAltered(old, 9)]).toEqual([false, undefined]);
    // What the form leaves out is not told otherwise.
    expect([isAltered(dated, 8), isAltered(dated, 8, { withTimes: true })]).toEqual([false, true]);
    const noScope = { omit: new Map([["scope", undefined]]) };
    expect([isAltered(dated, 3), isAltered(dated, 3, noScope)]).toEqual([true, false]);
    const only = (name: string) => ({ only: new Set([name]), omit: noScope.omit });
    expect([
      isAltered(ENTITY, 8, only("links")),
      isAltered(ENTITY, 7, only("links")),
      isAltered(ENTITY, 7, only("many")),
    ]).toEqual([false, true, false]);
    const unit = {
      ...old,
      attributes: { u: [instance({ type: "Property", value: 1, unitCode: "C62" })] },
    };
    expect([isAltered(unit, 2), isAltered(unit, 2, { style: "simplified" })]).toEqual([
      true,
      false,
    ]);
  });

  test("has no types of attributes that came later", () => {
    expect(said(8, "json")).toEqual([
      { type: "JsonProperty", json: { a: "urn:ngsi-ld:null", b: [1] } },
    ]);
    expect(said(7, "json")).toEqual([{ type: "Property", value: { b: [1] } }]);
    expect(said(7, "kind")).toEqual([{ type: "Property", value: "lamp" }]);
    expect(said(7, "list")).toEqual([{ type: "Property", value: [1, 2] }]);
    expect(said(8, "list")).toEqual([{ type: "ListProperty", valueList: [1, 2] }]);
    expect(said(8, "links")).toEqual(ENTITY.attributes.links?.map((each) => each.said));
    expect(said(7, "links")).toEqual([{ type: "Relationship", object: ["urn:b:1"] }]);
    expect(said(4, "name")).toEqual([{ type: "LanguageProperty", languageMap: { zh: "灯" } }]);
    expect(said(3, "name")).toEqual([{ type: "Property", value: { zh: "灯" } }]);
  });

  test("has no members that came later, at any depth, and values are left as they are", () => {
    const value = { languageMap: 1, expiresAt: "x" };
    expect(said(8, "deep")).toEqual([
      { type: "Property", value, of: { type: "LanguageProperty", languageMap: { en: "x" } } },
    ]);
    expect(said(3, "deep")).toEqual([
      { type: "Property", value, of: { type: "Property", value: { en: "x" } } },
    ]);
    expect(said(3, "many")).toHaveLength(2);
    expect(said(2, "many")).toEqual([{ type: "Property", value: 2 }]);
  });
});
