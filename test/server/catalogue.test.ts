import { afterAll, beforeAll, expect, test } from "vitest";
import { code } from "../core/state/kit.ts";
import {
  AIR,
  type GrantsWorld,
  idOfNewest,
  OFFICE,
  office,
  openGrants,
  photoOf,
} from "./grants-world.ts";
import { type Json, NODE } from "./world.ts";

// DCAT-AP 3.0 in JSON-LD: what the profile says that every catalogue, dataset, distribution and service must have.

let world: GrantsWorld;
beforeAll(async () => {
  world = await openGrants({ no2: 1, note: "x", photo: photoOf("x"), other: AIR });
});
afterAll(() => world[Symbol.asyncDispose]());

/** Every name that is used, so that none is without a meaning. */
function namesIn(value: Json, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const each of value) namesIn(each, found);
  else if (typeof value === "object" && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      if (name === "@context") continue;
      if (name === "@type") for (const type of [each].flat()) found.add(type as string);
      else if (!name.startsWith("@")) found.add(name);
      namesIn(each, found);
    }
  }
  return found;
}

const isText = {
  "@value": expect.stringMatching(/./),
  "@language": expect.stringMatching(/^[a-z]/),
};
const isIri = { "@id": expect.stringMatching(/^https?:\/\/[^\s]+$/) };

test("has what DCAT-AP asks for, each name of a vocabulary that the document itself names", async () => {
  const response = await world.get("/catalog");
  expect(response.headers.get("content-type")).toBe("application/ld+json");
  const catalogue: Json = await response.json();
  const prefixes = Object.keys(catalogue["@context"]);
  for (const name of namesIn(catalogue)) expect(prefixes, name).toContain(name.split(":")[0]);
  for (const [prefix, iri] of Object.entries(catalogue["@context"])) {
    expect(iri, prefix).toMatch(/^https?:\/\/.*[#/]$/);
  }
  expect(catalogue).toMatchObject({
    ...{ "@id": `${NODE}/catalog`, "@type": "dcat:Catalog" },
    "dct:title": [isText, isText],
    "dct:description": [isText, isText],
    "dct:publisher": { "@type": "foaf:Agent", "foaf:name": NODE },
  });
  expect(catalogue["dcat:dataset"]).toHaveLength(1);
  const [dataset] = catalogue["dcat:dataset"];
  expect(dataset).toMatchObject({
    ...{ "@id": `${NODE}/${AIR}`, "@type": "dcat:Dataset", "dct:identifier": AIR },
    "dct:title": expect.arrayContaining([{ "@value": "空气质量", "@language": "zh" }]),
    "dct:description": [isText, isText],
    "dct:publisher": { "@id": `${NODE}/${OFFICE}`, "@type": "foaf:Agent" },
    "dcat:contactPoint": { "@type": ["vcard:Organization", "vcard:Kind"], "vcard:fn": "数据科" },
    "dcat:keyword": ["environment"],
    "dct:accrualPeriodicity": {
      "@id": "http://publications.europa.eu/resource/authority/frequency/HOURLY",
    },
    "dct:accessRights": {
      "@id": "http://publications.europa.eu/resource/authority/access-right/RESTRICTED",
    },
    "dct:spatial": {
      "@type": "dct:Location",
      "dcat:bbox": {
        "@type": "geo:wktLiteral",
        "@value": "POLYGON((114 37.5, 115 37.5, 115 38.5, 114 38.5, 114 37.5))",
      },
    },
    "schema:variableMeasured": [{ "schema:name": "pm25", "schema:unitText": "µg/m³" }],
    "odrl:hasPolicy": { "@type": "odrl:Offer" },
  });
  expect(dataset["dcat:distribution"]).toHaveLength(1);
  const [distribution] = dataset["dcat:distribution"];
  expect(distribution).toMatchObject({
    ...{ "@type": "dcat:Distribution", "dcat:accessURL": isIri },
    "dct:license": { "@id": "http://spdx.org/licenses/CC-BY-4.0", "@type": "dct:LicenseDocument" },
    "dcat:accessService": {
      ...{ "@type": "dcat:DataService", "dcat:endpointURL": isIri },
      "dct:title": expect.arrayContaining([isText]),
      "dcat:servesDataset": { "@id": `${NODE}/${AIR}` },
    },
  });
  const one = await world.json(`/catalog/${encodeURIComponent(AIR)}`);
  expect(one["dcat:dataset"]).toEqual([dataset]);
  expect(dataset["adms:sample"]).toBeUndefined();
  expect(await world.json("/catalog/x")).toMatchObject({ code: "CODE_CASE" });
});

test("finds by name, shows what is open, and pages", async () => {
  const codes = async (query: string) =>
    (await world.json(`/v1/datasets${query}`)).items.map((each: Json) => each.code);
  expect(await codes("?q=空气")).toEqual([AIR]);
  expect(await codes("?q=噪声")).toEqual([]);
  expect(await codes(`?under=${OFFICE}`)).toEqual([AIR]);
  expect(await codes("?open=1")).toEqual([]);
  expect(await world.json("/v1/datasets?q=")).toMatchObject({ code: "HTTP_PARAMETER" });
  const folder = `${OFFICE}/DATA`;
  const items = ["B", "C"].map((each) => ({
    ...{ code: code(`${folder}/${each}`), kind: "dataset" as const },
    names: { zh: { value: each, validFrom: "2020-01-01" } },
  }));
  await world.do({ op: "register", items }, office);
  await world.ledger.indexed(world.ledger.head().size);
  // What is registered and not described yet is not listed, and a page may be short for it.
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { items: page, next } = await world.json(
      `/v1/datasets?limit=1${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    seen.push(...page.map((each: Json) => each.code));
    cursor = next;
  } while (cursor !== undefined);
  expect(seen).toEqual([AIR]);
  const log = (await world.json(`/v1/datasets/${encodeURIComponent(AIR)}`)).log.origin;
  const open = { op: "grant", code: code(AIR), log, to: "*", actions: ["read", "export"] } as const;
  const bounds = { attributes: ["pm25"], until: 2_000_000_000 };
  const id = await idOfNewest(world, { ...open, ...bounds }, office, "grants");
  const [dataset] = (await world.json("/catalog?open=1"))["dcat:dataset"];
  expect(dataset).toMatchObject({
    "dct:accessRights": {
      "@id": "http://publications.europa.eu/resource/authority/access-right/PUBLIC",
    },
    "odrl:hasPolicy": {
      "@id": `${NODE}/v1/grants/${id}`,
      "odrl:permission": {
        "odrl:action": [{ "@id": "odrl:read" }, { "@id": "odrl:reproduce" }],
        "odrl:constraint": [
          {
            "odrl:rightOperand": { "@type": "xsd:dateTime", "@value": "2033-05-18T03:33:20Z" },
          },
          { "odrl:rightOperand": ["pm25"] },
        ],
      },
    },
  });
  // What may be taken as a whole is had in four forms.
  const tables = dataset["dcat:distribution"].slice(1);
  expect(tables.map((each: Json) => each["dct:format"]["@id"].split("/").at(-1))).toEqual([
    "PARQUET",
    "CSV",
    "GEOJSON",
    "JSON",
  ]);
  for (const table of tables) {
    const answer = await world.get(table["dcat:downloadURL"]["@id"].slice(NODE.length));
    const type = table["dcat:mediaType"]["@id"].split("media-types/")[1];
    expect([answer.status, answer.headers.get("content-type")?.split(";")[0]]).toEqual([200, type]);
    await answer.arrayBuffer();
  }
  // Sample rows are those that everybody may read.
  const [sample] = dataset["adms:sample"];
  expect(sample).toMatchObject({ "@type": "dcat:Distribution", "dcat:accessURL": isIri });
  const { features } = await world.json(sample["dcat:accessURL"]["@id"].slice(NODE.length));
  const names = features.flatMap(({ properties }: Json) => Object.keys(properties));
  expect(features.length).toBeGreaterThan(0);
  expect([names.includes("pm25"), names.includes("no2")]).toEqual([true, false]);
});

test("leads to a contact that is an address, and gives each term its class", async () => {
  const contacts = async (contact: string) => {
    const { record } = await world.json(`/v1/codes/${encodeURIComponent(AIR)}`);
    const { log } = await world.json(`/v1/datasets/${encodeURIComponent(AIR)}`);
    const { origin, vkeys, url } = log;
    const said = { title: { zh: "空气" }, licence: "X 许可", contact, log: { origin, vkeys, url } };
    const prev = Buffer.from(record.op, "hex");
    await world.do({ op: "dataset", code: code(AIR), prev, ...said }, office);
    return (await world.json(`/catalog/${encodeURIComponent(AIR)}`))["dcat:dataset"][0];
  };
  expect((await contacts("a%b@example.org"))["dcat:contactPoint"]).toMatchObject({
    ...{ "vcard:fn": "a%b@example.org", "vcard:hasEmail": { "@id": "mailto:a%25b@example.org" } },
  });
  expect((await contacts("https://example.org/x"))["dcat:contactPoint"]).toMatchObject({
    "vcard:hasURL": { "@id": "https://example.org/x" },
  });
  const dataset = await contacts("电话 0311 <a@b>");
  expect(dataset["dcat:contactPoint"]).toEqual({
    ...{ "@type": ["vcard:Organization", "vcard:Kind"], "vcard:fn": "电话 0311 <a@b>" },
  });
  expect(dataset["dct:accessRights"]["@type"]).toBe("dct:RightsStatement");
  expect(dataset["dcat:landingPage"]["@type"]).toBe("foaf:Document");
  const [{ "dcat:mediaType": type, "dct:license": licence }] = dataset["dcat:distribution"];
  expect(type["@type"]).toBe("dct:MediaType");
  expect(licence).toEqual({ "@type": "dct:LicenseDocument", "rdfs:label": "X 许可" });
});
