import {
  type AccessScope,
  type Code,
  type GrantValue,
  hex,
  type OpenDataset,
  ownerOf,
  UNITS_PER_DEGREE,
} from "../../core/index.ts";
import { type Json, timeOfMilliseconds, timeOfSeconds } from "../http/json.ts";
import { distribution, sample, service, tables } from "./distributions.ts";
import { authority, resource, text, texts } from "./terms.ts";

/** A dataset as it is listed. */
export type Listed = {
  readonly dataset: OpenDataset;
  /** Of its log, where this node keeps it. */
  readonly entries?: number;
  /** The grant that opens it to everybody. */
  readonly open?: { readonly id: Uint8Array; readonly grant: GrantValue };
};

export type Catalogue = {
  readonly publicUrl: string;
  /** Path and query of this page. */
  readonly path: string;
  readonly next?: string;
  readonly datasets: readonly Listed[];
  readonly nameOf: (code: Code) => { readonly [language: string]: string };
};

/** All in the document itself: nobody has to fetch a context to read it. */
const CONTEXT = {
  adms: "http://www.w3.org/ns/adms#",
  dcat: "http://www.w3.org/ns/dcat#",
  dct: "http://purl.org/dc/terms/",
  foaf: "http://xmlns.com/foaf/0.1/",
  vcard: "http://www.w3.org/2006/vcard/ns#",
  odrl: "http://www.w3.org/ns/odrl/2/",
  hydra: "http://www.w3.org/ns/hydra/core#",
  locn: "http://www.w3.org/ns/locn#",
  schema: "http://schema.org/",
  rdfs: "http://www.w3.org/2000/01/rdf-schema#",
  xsd: "http://www.w3.org/2001/XMLSchema#",
  geo: "http://www.opengis.net/ont/geosparql#",
} as const;

/** @see https://semiceu.github.io/DCAT-AP/releases/3.0.0/ */
export function catalogueJson(catalogue: Catalogue): Json {
  const { publicUrl, path, next, datasets } = catalogue;
  return {
    "@context": CONTEXT,
    "@id": `${publicUrl}/catalog`,
    "@type": "dcat:Catalog",
    "dct:title": [text("数据目录", "zh"), text("Data catalogue", "en")],
    "dct:description": [
      text("本账本登记的数据集：开放的可直接使用，其余的可向其所有者申请。", "zh"),
      text("The datasets that this ledger knows: open ones to use, others to ask for.", "en"),
    ],
    "dct:publisher": agent(publicUrl, publicUrl, {}),
    "dct:language": [
      authority("dct:LinguisticSystem", "language/ZHO"),
      authority("dct:LinguisticSystem", "language/ENG"),
    ],
    "foaf:homepage": { "@id": `${publicUrl}/`, "@type": "foaf:Document" },
    "dcat:dataset": datasets.map((each) => datasetJson(catalogue, each)),
    // What is asked for a collection or an entity, beside the address of each dataset.
    "dcat:service": [
      service(`${publicUrl}/ogc`, "OGC API – Features", {
        "dcat:endpointDescription": resource(`${publicUrl}/ogc/api`),
      }),
      service(`${publicUrl}/ngsi-ld/v1`, "NGSI-LD"),
    ],
    "hydra:view": {
      "@id": publicUrl + path,
      "@type": "hydra:PartialCollectionView",
      ...(next !== undefined && { "hydra:next": { "@id": next } }),
    },
  };
}

function datasetJson({ publicUrl, nameOf }: Catalogue, { dataset, open }: Listed): Json {
  const { record, value } = dataset;
  const { code } = record;
  const { title, themes = [], licence, extent, rhythm, contact, terms, dictionary = [] } = value;
  const owner = ownerOf(code);
  const id = `${publicUrl}/${code}`;
  const frequency = rhythm === undefined ? undefined : frequencyOf(rhythm);
  return {
    "@id": id,
    "@type": "dcat:Dataset",
    "dct:identifier": code,
    "dct:title": texts(title),
    "dct:description": describe(title, terms, dictionary),
    "dct:publisher": agent(`${publicUrl}/${owner}`, owner, nameOf(owner)),
    "dcat:contactPoint": contactPoint(contact),
    "dct:accessRights": authority(
      "dct:RightsStatement",
      `access-right/${open === undefined ? "RESTRICTED" : "PUBLIC"}`,
    ),
    "dcat:landingPage": { "@id": id, "@type": "foaf:Document" },
    ...(themes.length > 0 && { "dcat:keyword": themes }),
    ...(frequency && {
      "dct:accrualPeriodicity": authority("dct:Frequency", `frequency/${frequency}`),
    }),
    ...(rhythm !== undefined &&
      /^P(?!$)/.test(rhythm) && {
        "dcat:temporalResolution": { "@type": "xsd:duration", "@value": rhythm },
      }),
    ...(extent && { "dct:spatial": { "@type": "dct:Location", "dcat:bbox": wkt(extent) } }),
    ...(dictionary.length > 0 && { "schema:variableMeasured": dictionary.map(fieldJson) }),
    "odrl:hasPolicy": policy(publicUrl, code, open),
    // Who agreed with whom upon it is public.
    "rdfs:seeAlso": { "@id": `${publicUrl}/v1/grants?code=${encodeURIComponent(code)}` },
    "dcat:distribution": [
      distribution(publicUrl, dataset, licence),
      ...(open?.grant.actions.includes("export") ? tables(dataset, licence) : []),
    ],
    ...(open?.grant.actions.includes("read") && { "adms:sample": [sample(dataset, licence)] }),
  };
}

/** What may be done without asking, or that one has to ask: an offer, as the Dataspace Protocol negotiates about. */
function policy(publicUrl: string, code: Code, open: Listed["open"]): Json {
  const target = { "@id": `${publicUrl}/${code}` };
  if (open === undefined) {
    return {
      "@type": "odrl:Offer",
      "odrl:target": target,
      "odrl:permission": {
        "odrl:action": { "@id": "odrl:use" },
        "odrl:duty": { "odrl:action": { "@id": "odrl:obtainConsent" } },
      },
      "rdfs:comment": [
        text("请由贵方代码签署申请：cityid request。", "zh"),
        text("Ask the owner with a request signed for your code: cityid request.", "en"),
      ],
    };
  }
  return {
    "@id": `${publicUrl}/v1/grants/${hex(open.id)}`,
    "@type": "odrl:Offer",
    "odrl:target": target,
    "odrl:permission": {
      "odrl:action": open.grant.actions.map((each) => ({ "@id": ACTIONS[each] })),
      ...constraintsOf(open.grant),
    },
    "dct:issued": moment(timeOfMilliseconds(open.grant.at)),
  };
}

const ACTIONS = { read: "odrl:read", subscribe: "odrl:use", export: "odrl:reproduce" } as const;

function constraintsOf({ until, area, attributes }: AccessScope): {
  readonly [name: string]: Json;
} {
  const constraints: Json[] = [];
  if (until !== undefined) {
    constraints.push(constraint("odrl:dateTime", "odrl:lteq", moment(timeOfSeconds(until))));
  }
  if (area) constraints.push(constraint("odrl:spatial", "odrl:isPartOf", wkt(area)));
  if (attributes)
    constraints.push(constraint("schema:variableMeasured", "odrl:isAnyOf", attributes));
  return constraints.length > 0 ? { "odrl:constraint": constraints } : {};
}

function constraint(left: string, operator: string, right: Json): Json {
  return {
    "odrl:leftOperand": { "@id": left },
    "odrl:operator": { "@id": operator },
    "odrl:rightOperand": right,
  };
}

function fieldJson({
  name,
  type,
  unit,
  names = {},
}: NonNullable<OpenDataset["value"]["dictionary"]>[number]): Json {
  return {
    "@type": "schema:PropertyValue",
    "schema:name": name,
    "schema:additionalType": type,
    ...(unit !== undefined && { "schema:unitText": unit }),
    ...(Object.keys(names).length > 0 && { "schema:description": texts(names) }),
  };
}

/** DCAT-AP wants a description of every dataset; ours say what they are by title, terms and dictionary. */
function describe(
  title: { readonly [language: string]: string },
  terms: string | undefined,
  dictionary: readonly { readonly name: string }[],
): Json {
  const names = dictionary.map(({ name }) => name).join(", ");
  const more = [names, terms].filter((each) => each !== undefined && each !== "").join(". ");
  return texts(
    Object.fromEntries(
      Object.entries(title).map(([language, each]) => [language, more ? `${each}: ${more}` : each]),
    ),
  );
}

/** Where a contact is an address of mail or of a page, it leads there. */
function contactPoint(contact: string): Json {
  const mail = /^[^\s@<>]+@[^\s@<>]+$/.test(contact);
  const page = /^https?:\/\/[^\s<>"{}|\\^`]+$/.test(contact);
  return {
    // The profile asks for a Kind, and does without the vocabulary that says that an organisation is one.
    "@type": ["vcard:Organization", "vcard:Kind"],
    "vcard:fn": contact,
    ...(mail && { "vcard:hasEmail": { "@id": `mailto:${contact.replace("%", "%25")}` } }),
    ...(page && { "vcard:hasURL": { "@id": contact } }),
  };
}

function agent(id: string, name: string, names: { readonly [language: string]: string }): Json {
  const known = Object.keys(names).length > 0;
  return { "@id": id, "@type": "foaf:Agent", "foaf:name": known ? texts(names) : name };
}

function moment(time: string): Json {
  return { "@type": "xsd:dateTime", "@value": time };
}

function wkt(box: readonly [number, number, number, number]): Json {
  const [west, south, east, north] = box.map((each) => each / UNITS_PER_DEGREE);
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  const value = `POLYGON((${ring.map((each) => each.join(" ")).join(", ")}))`;
  return { "@type": "geo:wktLiteral", "@value": value };
}

function frequencyOf(rhythm: string): string | undefined {
  return Object.hasOwn(FREQUENCIES, rhythm) ? FREQUENCIES[rhythm] : undefined;
}

/** Of the EU's vocabulary of frequencies, those that a duration can mean. */
const FREQUENCIES: { readonly [duration: string]: string } = {
  PT1M: "1MIN",
  PT5M: "5MIN",
  PT10M: "10MIN",
  PT15M: "15MIN",
  PT30M: "30MIN",
  PT1H: "HOURLY",
  P1D: "DAILY",
  P7D: "WEEKLY",
  P1W: "WEEKLY",
  P1M: "MONTHLY",
  P3M: "QUARTERLY",
  P1Y: "ANNUAL",
};
