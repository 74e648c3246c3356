import { DEFAULT_PAGE, MAX_FEATURES } from "../limits.ts";
import { CRS84, SYSTEMS } from "./crs.ts";

type Json = { readonly [name: string]: unknown };

/** The description of the service in OpenAPI 3.0, as 17-069r4 §8 asks for it. Nothing in it refers to another document. */
export function openApi30(base: string, software: string): Json {
  const [, version = ""] = software.split("/");
  const collection = parameter("collectionId", "path", "Id of a collection", TEXT);
  const feature = parameter("featureId", "path", "Id of a feature", TEXT);
  return {
    openapi: "3.0.3",
    info: {
      title: "cityid: OGC API Features",
      version,
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: base }],
    // Whoever shows nothing sees the public collections.
    security: [{}, { bearer: [] }],
    paths: {
      "/": get("landing", "Capabilities", [], "application/json", OBJECT),
      "/conformance": get("conformance", "Capabilities", [], "application/json", OBJECT),
      "/api": get(
        "api",
        "Capabilities",
        [],
        "application/vnd.oai.openapi+json;version=3.0",
        OBJECT,
      ),
      "/collections": get("collections", "Capabilities", [], "application/json", OBJECT),
      "/collections/{collectionId}": get(
        "collection",
        "Capabilities",
        [collection],
        "application/json",
        OBJECT,
      ),
      "/collections/{collectionId}/items": get(
        "items",
        "Data",
        [collection, ...itemParameters()],
        "application/geo+json",
        FEATURES,
      ),
      "/collections/{collectionId}/items/{featureId}": get(
        "item",
        "Data",
        [collection, feature, crsParameter("crs", "Of the answer")],
        "application/geo+json",
        FEATURE,
      ),
      "/collections/{collectionId}/tiles": get(
        "tilesets",
        "Tiles",
        [collection],
        "application/json",
        OBJECT,
      ),
      "/collections/{collectionId}/tiles/WebMercatorQuad": get(
        "tileset",
        "Tiles",
        [collection],
        "application/json",
        OBJECT,
      ),
      "/collections/{collectionId}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": get(
        "tile",
        "Tiles",
        [
          collection,
          ...["tileMatrix", "tileRow", "tileCol"].map((name) =>
            parameter(name, "path", "Number, from 0", { type: "integer", minimum: 0 }),
          ),
        ],
        "application/vnd.mapbox-vector-tile",
        { type: "string", format: "binary" },
      ),
    },
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      schemas: {
        Problem: {
          type: "object",
          required: ["title", "status"],
          properties: {
            ...{ type: TEXT, title: TEXT, status: { type: "integer" }, code: TEXT },
            ...{ facts: OBJECT, remedy: TEXT },
          },
        },
      },
    },
  };
}

const TEXT: Json = { type: "string" };
const OBJECT: Json = { type: "object" };
const GEOMETRY: Json = {
  type: "object",
  nullable: true,
  required: ["type", "coordinates"],
  properties: { type: TEXT, coordinates: { type: "array", items: {} } },
};
const FEATURE: Json = {
  type: "object",
  required: ["type", "geometry", "properties"],
  properties: {
    type: { type: "string", enum: ["Feature"] },
    id: TEXT,
    geometry: GEOMETRY,
    properties: { type: "object", nullable: true },
    links: { type: "array", items: OBJECT },
  },
};
const FEATURES: Json = {
  type: "object",
  required: ["type", "features"],
  properties: {
    type: { type: "string", enum: ["FeatureCollection"] },
    features: { type: "array", items: FEATURE },
    links: { type: "array", items: OBJECT },
    timeStamp: { type: "string", format: "date-time" },
    numberMatched: { type: "integer", minimum: 0 },
    numberReturned: { type: "integer", minimum: 0 },
  },
};

function get(
  operationId: string,
  tag: string,
  parameters: readonly Json[],
  type: string,
  schema: Json,
) {
  const problem = {
    "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
  };
  const refused = (description: string) => ({ description, content: problem });
  return {
    get: {
      ...{ operationId, tags: [tag], summary: operationId, parameters },
      responses: {
        200: { description: "Found", content: { [type]: { schema } } },
        304: { description: "Not changed since" },
        400: refused("A parameter is wrong"),
        401: refused("The token or the signature is not good"),
        404: refused("There is nothing here for this reader"),
        default: refused("Refused"),
      },
    },
  };
}

function parameter(name: string, where: "path" | "query", description: string, schema: Json): Json {
  return {
    ...{ name, in: where, description, required: where === "path", schema },
    ...(where === "query" && { style: "form", explode: false }),
  };
}

function crsParameter(name: string, description: string): Json {
  const schema = { type: "string", enum: SYSTEMS.map(({ uri }) => uri), default: CRS84.uri };
  return parameter(name, "query", description, schema);
}

function itemParameters(): readonly Json[] {
  // Of six the third and the sixth are heights, which are not looked at: one schema is of all of them.
  const numbers = { type: "array", items: { type: "number", minimum: -180, maximum: 180 } };
  const bbox = {
    ...numbers,
    oneOf: [
      { minItems: 4, maxItems: 4 },
      { minItems: 6, maxItems: 6 },
    ],
  };
  const limit = { type: "integer", minimum: 1, maximum: MAX_FEATURES, default: DEFAULT_PAGE };
  return [
    parameter("bbox", "query", "Only features that share a point with this box", bbox),
    crsParameter("bbox-crs", "Of the box"),
    crsParameter("crs", "Of the answer"),
    parameter("datetime", "query", "Only features of a moment or an interval", TEXT),
    parameter("limit", "query", "Features of a page", limit),
    parameter("cursor", "query", "As the link to the next page has it", TEXT),
  ];
}
