import { err, ok, type Result } from "../../core/index.ts";
import { type Reader, readerOf, seenDataset, seenDatasets } from "../data/reader.ts";
import { answer, PRIVATE } from "../http/answer.ts";
import { etagOf } from "../http/etag.ts";
import type { Incoming } from "../http/incoming.ts";
import { timeOfMilliseconds } from "../http/json.ts";
import { type ByteText, listText } from "../http/json-bytes.ts";
import { type Answered, responseOf, TextAnswer } from "../http/text-answer.ts";
import { byteText, ToldTexts } from "../http/told-texts.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";
import type { ShortRoute } from "../short-path.ts";
import { type Codes, codeCollection } from "./code-collection.ts";
import { type Counts, createCounts } from "./counts.ts";
import { CRS84, type Crs, inCrs, readCrs, SYSTEMS } from "./crs.ts";
import { datasetCollection } from "./dataset-collection.ts";
import { openApi30 } from "./open-api.ts";
import { onlyParameters, readItemsRequest } from "./parameters.ts";
import type { Collection, Feature, FeaturePage } from "./source.ts";
import { mountTiles, TILES_CONFORMANCE, TILESETS } from "./tile-routes.ts";

const GEOJSON = "application/geo+json";
const OPENAPI = "application/vnd.oai.openapi+json;version=3.0";
const SPEC = "http://www.opengis.net/spec";

const CONFORMANCE = [
  ...["core", "geojson", "oas30"].map((each) => `${SPEC}/ogcapi-features-1/1.0/conf/${each}`),
  `${SPEC}/ogcapi-features-2/1.0/conf/crs`,
  ...TILES_CONFORMANCE,
];

const KINDS: Readonly<Record<string, string>> = {
  country: "Countries",
  division: "Divisions",
  department: "Departments",
  class: "Classes",
  thing: "Things",
  place: "Places",
  device: "Devices",
  document: "Documents",
  dataset: "Datasets",
};

const ITEMS = "/ogc/collections/:id/items";

type Link = { readonly [field: string]: string };

/**
 * OGC API Features, to read: codes by kind and class, and the datasets that the reader may see. docs/spec/sharing.md, OGC API
 * Features.
 *
 * @returns what is answered on the short way too
 */
export function mountOgc(app: App, services: Services): readonly ShortRoute[] {
  const { problem, config } = services;
  const base = `${config.publicUrl}/ogc`;
  const counts = createCounts(services.ledger);

  app.on("GET", ["/ogc", "/ogc/"], (c) => {
    const fit = onlyParameters(c, []);
    if (!fit.ok) return problem(c, fit.error);
    return json(c, {
      title: "cityid",
      description: "Codes of a city's ledger, and data that it shares",
      links: [
        link(base, "self", "application/json", "This document"),
        link(`${base}/api`, "service-desc", OPENAPI, "The description of this service"),
        link(`${config.publicUrl}/docs`, "service-doc", "text/html", "The same to read"),
        link(`${base}/conformance`, "conformance", "application/json", "What it conforms to"),
        link(`${base}/collections`, "data", "application/json", "The collections"),
      ],
    });
  });

  app.get("/ogc/conformance", (c) => {
    const fit = onlyParameters(c, []);
    return fit.ok ? json(c, { conformsTo: CONFORMANCE }) : problem(c, fit.error);
  });

  app.get("/ogc/api", (c) => {
    const fit = onlyParameters(c, []);
    if (!fit.ok) return problem(c, fit.error);
    const text = JSON.stringify(openApi30(base, services.node.software));
    return answer(c, text, { type: OPENAPI });
  });

  app.get("/ogc/collections", async (c) => {
    const fit = onlyParameters(c, []);
    if (!fit.ok) return problem(c, fit.error);
    const all = await collectionsFor(c);
    if (!all.ok) return problem(c, all.error);
    const collections: object[] = [];
    for (const each of all.value) collections.push(await described(each));
    const links = [link(`${base}/collections`, "self", "application/json", "This document")];
    const crs = SYSTEMS.map(({ uri }) => uri);
    return json(
      c,
      { links, crs, collections },
      all.value.some(({ isPrivate }) => isPrivate),
    );
  });

  app.get("/ogc/collections/:id", async (c) => {
    const fit = onlyParameters(c, []);
    if (!fit.ok) return problem(c, fit.error);
    const found = await collectionOf(c);
    if (!found.ok) return problem(c, found.error);
    return json(c, await described(found.value), found.value.isPrivate);
  });

  app.get(ITEMS, async (c) => {
    const page = await pageOfItems(c);
    return page.ok ? responseOf(page.value) : problem(c, page.error);
  });

  // Codes have slashes, and not everybody escapes them.
  app.get("/ogc/collections/:id/items/:feature{.+}", async (c) => {
    const fit = onlyParameters(c, ["crs"]);
    if (!fit.ok) return problem(c, fit.error);
    const crs = readCrs("crs", c.req.query("crs"));
    if (!crs.ok) return problem(c, crs.error);
    const found = await collectionOf(c);
    if (!found.ok) return problem(c, found.error);
    const collection = found.value;
    const id = c.req.param("feature");
    const feature = await collection.feature(id);
    if (feature === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    const own = `${base}/collections/${collection.id}`;
    const other = collection.alternate?.(id);
    const links = [
      link(`${own}/items/${encodeURIComponent(id)}`, "self", GEOJSON, "This document"),
      link(own, "collection", "application/json", collection.title),
      ...(other ? [link(other.href, "alternate", other.type, "The same to read")] : []),
    ];
    const of = { crs: crs.value, isPrivate: collection.isPrivate, now: services.clock() };
    return responseOf(items(c, byteText({ ...geoJson(feature, crs.value), links }), of));
  });

  mountTiles(app, services, collectionOf);
  return [{ method: "GET", path: ITEMS, hasBody: false, answer: pageOfItems }];

  async function pageOfItems(c: Incoming): Promise<Result<Answered, AnyRefusal>> {
    const found = await collectionOf(c);
    if (!found.ok) return found;
    const collection = found.value;
    const asked = await readItemsRequest(c, collection.filters);
    if (!asked.ok) return asked;
    const { query, limit, cursor, crs } = asked.value;
    const page =
      query === undefined ? ok(NO_FEATURES) : await collection.page(query, { limit, cursor });
    if (!page.ok) return page;
    const { features, matched, next } = page.value;
    const here = new URL(c.req.url);
    const at = `${config.publicUrl}${here.pathname}`;
    const links = [link(at + here.search, "self", GEOJSON, "This document")];
    if (next !== undefined) {
      here.searchParams.set("cursor", next);
      links.push(link(at + here.search, "next", GEOJSON, "The next page"));
    }
    const own = `${base}/collections/${collection.id}`;
    links.push(link(own, "collection", "application/json", collection.title));
    const head = {
      ...{ type: "FeatureCollection", links },
      ...{ numberMatched: matched, numberReturned: features.length },
    };
    const texts = features.map((each) => TEXTS.of(each, crs, () => geoJson(each, crs)));
    const body = listText(texts, `${byteText(head).slice(0, -1)},"features":`, "}");
    return ok(items(c, body, { crs, isPrivate: collection.isPrivate, now: services.clock() }));
  }

  async function collectionOf(c: Incoming): Promise<Result<Collection, AnyRefusal>> {
    const id = c.req.param("id") ?? "";
    if (id.startsWith(DATASET)) return datasetOf(c, id);
    const all = await codeCollections(services, counts);
    const found = all.find((each) => each.id === id);
    return found ? ok(found) : err({ code: "HTTP_NOT_FOUND", path: new URL(c.req.url).pathname });
  }

  async function datasetOf(c: Incoming, id: string): Promise<Result<Collection, AnyRefusal>> {
    const reader = readerOf(services, c);
    if (!reader.ok) return reader;
    // Codes have no `_`.
    const text = id.slice(DATASET.length).replaceAll("_", "/");
    const seen = await seenDataset(services, text, reader.value);
    if (seen.ok) return ok(datasetCollection(seen.value, services.clock));
    return seen.error.code === "HTTP_BUSY"
      ? seen
      : err({ code: "HTTP_NOT_FOUND", path: new URL(c.req.url).pathname });
  }

  async function collectionsFor(c: AppContext): Promise<Result<readonly Collection[], AnyRefusal>> {
    const reader = readerOf(services, c);
    return reader.ok ? ok(await collectionsOf(services, counts, reader.value)) : reader;
  }

  async function described(collection: Collection): Promise<object> {
    const { id, title, description, licence } = collection;
    const own = `${base}/collections/${id}`;
    const { bbox, fromMilliseconds, toMilliseconds } = await collection.extent();
    const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
    const isTimed = fromMilliseconds !== undefined;
    const extent = {
      ...(bbox && { spatial: { bbox: [bbox], crs: CRS84.uri } }),
      ...(isTimed && {
        temporal: {
          interval: [[time(fromMilliseconds), time(toMilliseconds)]],
          trs: "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        },
      }),
    };
    return {
      ...{ id, title, description, itemType: "feature" },
      ...(licence !== undefined && { license: licence }),
      ...(Object.keys(extent).length > 0 && { extent }),
      crs: SYSTEMS.map(({ uri }) => uri),
      storageCrs: CRS84.uri,
      links: [
        link(own, "self", "application/json", "This document"),
        link(`${own}/items`, "items", GEOJSON, title),
        link(`${own}/tiles`, TILESETS, "application/json", title),
      ],
    };
  }
}

async function collectionsOf(
  services: Services,
  counts: Counts,
  reader: Reader,
): Promise<readonly Collection[]> {
  const datasets = await seenDatasets(services, reader);
  return [
    ...(await codeCollections(services, counts)),
    ...datasets.map((each) => datasetCollection(each, services.clock)),
  ];
}

const DATASET = "dataset.";
const TEXTS = new ToldTexts<Feature>();
const NO_FEATURES: FeaturePage = { features: [], matched: 0 };

async function codeCollections(services: Services, counts: Counts): Promise<readonly Collection[]> {
  const { byKind } = services.ledger.counts();
  const kinds = Object.entries(KINDS)
    .filter(([kind]) => (byKind[kind] ?? 0) > 0)
    .map(([kind, title]): Codes => ({ id: `kind.${kind}`, title, query: { kind } }));
  const classes = await classesOf(services);
  return [...kinds, ...classes].map((codes) => codeCollection(services, counts, codes));
}

const MAX_CLASSES = 1000;

async function classesOf({ ledger }: Services): Promise<readonly Codes[]> {
  const { keys } = await ledger.keys("class/", MAX_CLASSES);
  return keys
    .map((key) => key.slice("class/".length))
    .sort()
    .map((name): Codes => ({ id: `class.${name}`, title: name, query: { class: name } }));
}

function geoJson({ id, geometry, properties }: Feature, crs: Crs): object {
  return { type: "Feature", id, geometry: inCrs(geometry, crs), properties };
}

function link(href: string, rel: string, type: string, title: string): Link {
  return { href, rel, type, title };
}

function json(c: AppContext, value: unknown, isPrivate = false): Response {
  return responseOf(given(c, JSON.stringify(value), "application/json", {}, isPrivate));
}

/** With the time at which it was made, which makes it no other answer. */
function items(
  c: Incoming,
  text: ByteText,
  { crs, isPrivate, now }: { readonly crs: Crs; readonly isPrivate: boolean; readonly now: number },
): Answered {
  const etag = isPrivate ? undefined : etagOf(Buffer.from(text, "latin1"));
  const bytes = `${text.slice(0, -1)},"timeStamp":${JSON.stringify(timeOfMilliseconds(now))}}`;
  return given(c, { bytes }, GEOJSON, { "Content-Crs": `<${crs.uri}>` }, isPrivate, etag);
}

function given(
  c: Incoming,
  body: string | { readonly bytes: ByteText },
  type: string,
  headers: Readonly<Record<string, string>>,
  isPrivate: boolean,
  etag?: string,
): Answered {
  const vary = { ...headers, Vary: "Authorization, Signature" };
  if (!isPrivate) {
    const whole = typeof body === "string" ? body : Buffer.from(body.bytes, "latin1");
    return answer(c, whole, { type, headers: vary, ...(etag && { etag }) });
  }
  return new TextAnswer(body, {
    headers: { ...vary, "Content-Type": type, "Cache-Control": PRIVATE },
  });
}
