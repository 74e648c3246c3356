// The abstract tests of OGC API Features, Part 1 (17-069r4, Annex A: Core, GeoJSON, OpenAPI 3.0) and Part 2 (18-058r1, Annex A),
// by name. Clients write as they do: ids as they are, boxes without a zero before the point, intervals with a duration.
const GEOJSON = "application/geo+json";
const OPENAPI = "application/vnd.oai.openapi+json;version=3.0";
const SPEC = "http://www.opengis.net/spec";
const CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/** Across the meridian, the equator, the antimeridian, and both poles. */
const BOXES = [
  [-1.5, 50, 1.5, 53],
  [-80, -5, -70, 5],
  [177, 65, -177, 70],
  [-180, 85, 180, 90],
  [-180, -90, 180, -85],
];

/** @returns how many checks there were; each that fails ends it */
export async function checkFeatures(root) {
  const suite = new Suite(root);
  await suite.all();
  return { done: suite.done };
}

class Suite {
  done = 0;

  constructor(root) {
    this.root = root;
  }

  async all() {
    await this.landing();
    await this.definition();
    await this.conformance();
    const collections = await this.collections();
    for (const each of collections) {
      await this.collection(each);
      await this.pages(each);
      await this.boxes(each);
      await this.times(each);
      await this.errors(each);
      await this.feature(each);
      await this.systems(each);
    }
  }

  holds(holds, test, what) {
    this.done++;
    if (!holds) throw new Error(`${test}: not so: ${what}`);
  }

  same(got, want, test, what) {
    this.holds(JSON.stringify(got) === JSON.stringify(want), test, `${what}: ${JSON.stringify(got)} is ${JSON.stringify(want)}`);
  }

  /** An answer of 200 in JSON, of the type that is asked for. */
  async get(url, test, type = "application/json") {
    const answer = await fetch(url, { headers: { Accept: type } });
    const text = await answer.text();
    this.holds(answer.status === 200, test, `${url}: ${answer.status} ${text.slice(0, 300)} is 200`);
    const got = answer.headers.get("Content-Type") ?? "";
    this.holds(got.replaceAll(" ", "").startsWith(type), test, `${url} is ${type}, not ${got}`);
    return { json: JSON.parse(text), headers: answer.headers };
  }

  async landing() {
    for (const url of [this.root, `${this.root}/`]) {
      const { json } = await this.get(url, "core/root-op");
      const rels = json.links.map(({ rel }) => rel);
      for (const rel of ["service-desc", "conformance", "data"]) this.holds(rels.includes(rel), "core/root-success", rel);
      this.links(json.links, [], "core/root-success");
      this.landed = json;
    }
  }

  /** `self` and what else there must be, each with its relation and its type. */
  links(links, wanted, test) {
    for (const rel of ["self", ...wanted]) this.holds(links.some((each) => each.rel === rel), test, `a link ${rel}`);
    for (const each of links) this.holds(each.href && each.rel && each.type, test, `${JSON.stringify(each)} has rel and type`);
  }

  linkOf(links, rel, type) {
    const found = links.find((each) => each.rel === rel && (type === undefined || each.type.replaceAll(" ", "") === type));
    this.holds(found !== undefined, "core", `a link ${rel} of ${type}`);
    return found.href;
  }

  async definition() {
    const { json } = await this.get(this.linkOf(this.landed.links, "service-desc", OPENAPI), "core/api-definition-op", OPENAPI);
    this.holds(/^3\.0\.\d+$/.test(json.openapi), "oas30/oas-definition-1", json.openapi);
    this.same(json.servers.map(({ url }) => url), [this.root], "oas30/oas-definition-2", "servers");
    for (const [path, { get }] of Object.entries(json.paths)) {
      this.holds(get.operationId && get.responses["200"], "oas30/completeness", path);
      for (const status of ["400", "404"]) this.holds(get.responses[status], "oas30/exceptions-codes", `${path}: ${status}`);
    }
    this.parameters = json.paths["/collections/{collectionId}/items"].get.parameters;
    const parameter = (name) => this.parameters.find((each) => each.name === name && each.in === "query");
    for (const name of ["bbox", "limit", "datetime"]) {
      const { style, explode, required } = parameter(name);
      this.same([style, explode, required], ["form", false, false], `core/fc-${name}-definition`, name);
    }
    const { schema } = parameter("bbox");
    this.same([schema.type, schema.items.type], ["array", "number"], "core/fc-bbox-definition", "type");
    const sizes = schema.oneOf.map(({ minItems, maxItems }) => [minItems, maxItems]);
    this.same(sizes, [[4, 4], [6, 6]], "core/fc-bbox-definition", "sizes");
    this.same(parameter("datetime").schema.type, "string", "core/fc-time-definition", "type");
    const limit = parameter("limit").schema;
    this.holds(limit.type === "integer" && limit.minimum >= 0 && limit.default <= limit.maximum, "core/fc-limit-definition", "limit");
    this.limit = limit;
    for (const name of ["crs", "bbox-crs"]) this.same(parameter(name).schema.type, "string", `crs/fc-${name}-definition`, name);
  }

  async conformance() {
    const { json } = await this.get(this.linkOf(this.landed.links, "conformance"), "core/conformance-op");
    for (const each of ["core", "geojson", "oas30"]) {
      this.holds(json.conformsTo.includes(`${SPEC}/ogcapi-features-1/1.0/conf/${each}`), "core/conformance-success", each);
    }
    this.holds(json.conformsTo.includes(`${SPEC}/ogcapi-features-2/1.0/conf/crs`), "crs/conformance", "Part 2");
  }

  async collections() {
    const { json } = await this.get(this.linkOf(this.landed.links, "data"), "core/fc-md-op");
    this.links(json.links, [], "core/fc-md-links");
    this.holds(json.collections.length > 1, "core/fc-md-items", "collections");
    for (const each of json.collections) {
      this.links(each.links, [], "core/fc-md-items-links");
      this.linkOf(each.links, "items", GEOJSON);
    }
    return json.collections;
  }

  async collection(listed) {
    const { json } = await this.get(`${this.root}/collections/${listed.id}`, "core/sfc-md-op");
    for (const name of ["id", "title", "description", "extent", "crs", "storageCrs"]) {
      this.same(json[name], listed[name], "core/sfc-md-success", name);
    }
    this.same(json.crs[0], CRS84, "crs/fc-md-crs-list", "the first one");
    for (const uri of [...json.crs, json.storageCrs]) {
      this.holds(/^http:\/\/www\.opengis\.net\/def\/crs\/[A-Za-z]+\/[\d.]+\/\w+$/.test(uri), "crs/crs-uri", uri);
    }
    this.holds(json.crs.includes(json.storageCrs), "crs/fc-md-storageCrs-valid-value", json.storageCrs);
    const boxes = json.extent?.spatial?.bbox ?? [];
    for (const box of boxes) {
      const [west, south, east, north] = box;
      this.holds(box.length === 4 && south <= north && west <= east, "core/fc-md-extent", JSON.stringify(box));
    }
    for (const [begin] of json.extent?.temporal?.interval ?? []) {
      this.holds(begin === null || !Number.isNaN(Date.parse(begin)), "core/fc-md-extent", begin);
    }
  }

  itemsOf({ links }, query = {}) {
    const url = new URL(this.linkOf(links, "items", GEOJSON));
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url.href;
  }

  /** A page of features, and everything that each must be. */
  async items(collection, query, test) {
    const before = Date.now() - 1000;
    const { json, headers } = await this.get(this.itemsOf(collection, query), test, GEOJSON);
    this.same(json.type, "FeatureCollection", "core/fc-response", "type");
    this.links(json.links, ["collection"], "core/fc-links");
    const stamp = Date.parse(json.timeStamp);
    this.holds(stamp >= before && stamp <= Date.now() + 1000, "core/fc-timeStamp", json.timeStamp);
    this.same(json.numberReturned, json.features.length, "core/fc-numberReturned", "numberReturned");
    this.holds(json.numberMatched >= json.numberReturned, "core/fc-numberMatched", `${json.numberMatched}`);
    for (const each of json.features) {
      const isFeature = each.type === "Feature" && "geometry" in each && "properties" in each && "id" in each;
      if (!isFeature) this.holds(false, "geojson/content", JSON.stringify(each));
    }
    const crs = query.crs ?? CRS84;
    this.same(headers.get("Content-Crs"), `<${crs}>`, "crs/ogc-crs-header", "Content-Crs");
    if (crs === CRS84) {
      const isOnEarth = json.features.every(({ geometry }) =>
        positionsOf(geometry).every(([x, y]) => Math.abs(x) <= 180 && Math.abs(y) <= 90),
      );
      this.holds(isOnEarth, "core/crs84", "on the earth");
    }
    return json;
  }

  /** Each matching feature once, page after page. */
  async idsOf(collection, query) {
    const ids = new Set();
    const { maximum } = this.limit;
    let url = this.itemsOf(collection, { ...query, limit: maximum });
    let matched = 0;
    while (url !== undefined) {
      const { json } = await this.get(url, "core/fc-op", GEOJSON);
      matched = json.numberMatched;
      const before = ids.size;
      for (const { id } of json.features) ids.add(id);
      this.same(ids.size - before, json.features.length, "core/fc-response", "each once");
      url = json.links.find(({ rel }) => rel === "next")?.href;
    }
    this.same(ids.size, matched, "core/fc-numberMatched", "all pages");
    return ids;
  }

  async pages(collection) {
    const { minimum, maximum } = this.limit;
    for (const limit of [minimum, 100, maximum, maximum + 1]) {
      const { features } = await this.items(collection, { limit }, "core/fc-op");
      this.holds(features.length <= Math.min(limit, maximum), "core/fc-limit-response", `${features.length} of ${limit}`);
    }
    await this.items(collection, {}, "core/fc-op");
    await this.idsOf(collection, {});
  }

  async boxes(collection) {
    const [extent] = collection.extent?.spatial?.bbox ?? [];
    if (extent === undefined) return this.placeless(collection);
    // The extent has all that has a place in it: no fewer than a quarter of it has.
    const [west, south, east, north] = extent;
    const half = [west, south, (west + east) / 2, north];
    for (const box of [extent, half, ...BOXES]) {
      const bbox = written(box);
      const { features } = await this.items(collection, { bbox, limit: 200 }, "core/fc-bbox-response");
      for (const each of features) {
        const touches = each.geometry === null || isNear(each.geometry, box);
        if (!touches) this.holds(false, "core/fc-bbox-response", `${each.id} lies in ${bbox}`);
      }
      this.done++;
      const { numberMatched } = await this.items(collection, { bbox: six(box), limit: 1 }, "core/fc-bbox-response");
      const two = await this.items(collection, { bbox, limit: 1 }, "core/fc-bbox-response");
      this.same(numberMatched, two.numberMatched, "core/fc-bbox-response", "with heights");
    }
    const all = await this.idsOf(collection, { bbox: written(extent) });
    const some = await this.idsOf(collection, { bbox: written(half) });
    this.holds(all.size > 0 && [...some].every((id) => all.has(id)), "core/fc-bbox-response", "a part of it");
    for (const crs of collection.crs) {
      const swapped = crs === CRS84 ? half : [half[1], half[0], half[3], half[2]];
      const got = await this.idsOf(collection, { bbox: written(swapped), "bbox-crs": crs });
      this.same([...got].sort(), [...some].sort(), "crs/bbox-crs-action", crs);
      // Whoever keeps the order of CRS84 gets no other features than these.
      const kept = await this.idsOf(collection, { bbox: written(half), "bbox-crs": crs });
      this.holds([...kept].every((id) => some.has(id)), "crs/bbox-crs-action", `${crs}, axes mistaken`);
    }
    await this.refused(this.itemsOf(collection, { bbox: written(half), "bbox-crs": "http://www.opengis.net/def/crs/0/unsupported" }), "crs/bbox-crs-parameter-invalid");
  }

  /** Where nothing has a place, none is told, and no box has anything in it. */
  async placeless(collection) {
    const { features, numberMatched } = await this.items(collection, { limit: this.limit.maximum }, "core/fc-op");
    const some = features.filter(({ geometry }) => geometry !== null);
    this.same([some.length, features.length], [0, numberMatched], "core/fc-md-extent", `${collection.id} has places`);
    for (const box of [[-180, -90, 180, 90], ...BOXES]) {
      for (const bbox of [written(box), six(box)]) {
        const found = await this.items(collection, { bbox, limit: 1 }, "core/fc-bbox-response");
        this.same([found.numberMatched, found.features], [0, []], "core/fc-bbox-response", `${collection.id} in ${bbox}`);
      }
    }
    await this.refused(this.itemsOf(collection, { bbox: "1,2,3" }), "core/fc-bbox-definition");
  }

  /** Where nothing has a time, each moment has all of it. */
  async timeless(collection) {
    const whole = await this.items(collection, { limit: 1 }, "core/fc-op");
    for (const datetime of ["2026-01-01", "2026-01-01T00:00:00Z/..", "../2000-01-01T00:00:00Z", "2026-01-01/P2D"]) {
      const { numberMatched } = await this.items(collection, { datetime, limit: 1 }, "core/fc-time-response");
      this.same(numberMatched, whole.numberMatched, "core/fc-time-response", `${collection.id} at ${datetime}`);
    }
    await this.refused(this.itemsOf(collection, { datetime: "yesterday" }), "core/fc-time-definition");
  }

  async times(collection) {
    const [[begin, end] = []] = collection.extent?.temporal?.interval ?? [];
    if (!begin || !end) return this.timeless(collection);
    const quarter = (Date.parse(end) - Date.parse(begin)) / 4;
    const at = (quarters) => new Date(Date.parse(begin) + quarters * quarter).toISOString();
    const whole = (await this.idsOf(collection, {})).size;
    const sizes = [];
    for (const datetime of [begin, `${at(1)}/${at(2)}`, `${at(1).slice(0, 10)}/P2D`, `${begin}/..`, `../${at(2)}`, `/${end}`]) {
      const { numberMatched } = await this.items(collection, { datetime, limit: 1 }, "core/fc-time-response");
      sizes.push(numberMatched);
    }
    const [first, part, , since, until, all] = sizes;
    const isSo = first >= 1 && part < whole && since === whole && until < whole && all === whole;
    this.holds(isSo, "core/fc-time-response", `${sizes} of ${whole}`);
  }

  async refused(url, test) {
    const answer = await fetch(url);
    this.same(answer.status, 400, test, url);
    this.same(answer.headers.get("Content-Type"), "application/problem+json", test, "type");
    await answer.text();
  }

  async errors(collection) {
    await this.refused(this.itemsOf(collection, { limit: "unlimited" }), "core/query-param-invalid");
    for (const name of ["bbox", "datetime", "crs", "bbox-crs"]) {
      await this.refused(this.itemsOf(collection, { [name]: "x" }), "core/query-param-invalid");
    }
    await this.refused(this.itemsOf(collection, { unknownQueryParameter12345: "1" }), "core/query-param-unknown");
    await this.refused(`${this.root}/collections?unknownQueryParameter12345=1`, "core/query-param-unknown");
  }

  async feature(collection) {
    const { features } = await this.items(collection, { limit: 3 }, "core/fc-op");
    for (const listed of features) {
      for (const id of [listed.id, encodeURIComponent(listed.id)]) {
        const url = `${this.itemsOf(collection)}/${id}`;
        const { json, headers } = await this.get(url, "core/f-op", GEOJSON);
        this.links(json.links, ["collection"], "core/f-links");
        this.same([json.id, json.geometry, json.properties], [listed.id, listed.geometry, listed.properties], "core/f-success", id);
        this.same(headers.get("Content-Crs"), `<${CRS84}>`, "crs/ogc-crs-header", "Content-Crs");
      }
    }
    const answer = await fetch(`${this.itemsOf(collection)}/none`);
    this.same(answer.status, 404, "core/f-op", "what is not there");
    await answer.text();
  }

  async systems(collection) {
    const plain = await this.items(collection, { limit: 20 }, "crs/crs-parameter");
    const [first] = plain.features;
    for (const crs of collection.crs) {
      const other = await this.items(collection, { crs, limit: 20 }, "crs/crs-parameter");
      const swaps = crs !== CRS84;
      for (const [i, each] of other.features.entries()) {
        const back = positionsOf(each.geometry).map(([x, y]) => (swaps ? [y, x] : [x, y]));
        const want = positionsOf(plain.features[i].geometry).map(([x, y]) => [x, y]);
        this.same(back, want, "crs/crs-parameter-transform", `${each.id} in ${crs}`);
      }
      if (first === undefined) continue;
      const url = `${this.itemsOf(collection)}/${first.id}?crs=${encodeURIComponent(crs)}`;
      const { headers } = await this.get(url, "crs/crs-parameter", GEOJSON);
      this.same(headers.get("Content-Crs"), `<${crs}>`, "crs/ogc-crs-header", "of one feature");
    }
    const unsupported = { crs: "http://www.opengis.net/def/crs/0/unsupported" };
    await this.refused(this.itemsOf(collection, unsupported), "crs/crs-parameter-invalid");
  }
}

function positionsOf(geometry) {
  const flat = (nested) => (typeof nested[0] === "number" ? [nested] : nested.flatMap(flat));
  return geometry === null ? [] : flat(geometry.coordinates);
}

/** Whether the box around a shape touches another. */
function isNear(geometry, [west, south, east, north]) {
  const positions = positionsOf(geometry);
  const [xs, ys] = [positions.map(([x]) => x), positions.map(([, y]) => y)];
  const beside = west <= east ? Math.min(...xs) > east + 1e-7 || Math.max(...xs) < west - 1e-7 : Math.min(...xs) > east && Math.max(...xs) < west;
  return !beside && Math.min(...ys) <= north + 1e-7 && Math.max(...ys) >= south - 1e-7;
}

/** As some clients write numbers: seven digits after the point, and none before it where that is zero. */
function written(box) {
  return box.map((each) => each.toFixed(7).replace(/^(-?)0\./, "$1.")).join();
}

function six([west, south, east, north]) {
  return [west, south, -500, east, north, 9000].join();
}
