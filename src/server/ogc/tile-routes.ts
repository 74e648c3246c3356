import type { Result } from "../../core/index.ts";
import { asBody, PRIVATE, REVALIDATE } from "../http/answer.ts";
import { etagOf, isNoneMatch } from "../http/etag.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";
import { onlyParameters } from "./parameters.ts";
import type { Collection } from "./source.ts";
import { boxOfTile, encodeTile, readTilePlace } from "./tile.ts";
import { featuresOfTile } from "./tile-features.ts";

const MVT = "application/vnd.mapbox-vector-tile";
const JSON_TYPE = "application/json";
const QUAD = "WebMercatorQuad";
const QUAD_URI = `http://www.opengis.net/def/tilematrixset/OGC/1.0/${QUAD}`;

export const TILES_CONFORMANCE: readonly string[] = ["core", "tileset", "tilesets-list", "mvt"].map(
  (each) => `http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/${each}`,
);
/** How a collection leads to its tiles. */
export const TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";

/** OGC API Tiles (20-057) of the same collections, as vector tiles. */
export function mountTiles(
  app: App,
  { problem, config }: Services,
  collectionOf: (c: AppContext) => Promise<Result<Collection, AnyRefusal>>,
): void {
  const at = "/ogc/collections/:id/tiles";
  const base = (id: string) => `${config.publicUrl}/ogc/collections/${id}/tiles`;

  app.get(at, (c) =>
    described(c, ({ id, title }) => ({
      tilesets: [tileset(base(id), title)],
      links: [{ href: base(id), rel: "self", type: JSON_TYPE }],
    })),
  );

  app.get(`${at}/${QUAD}`, (c) =>
    described(c, ({ id, title }) => ({
      ...tileset(base(id), title),
      layers: [{ id, dataType: "vector" }],
    })),
  );

  app.get(`${at}/${QUAD}/:z/:y/:x`, async (c) => {
    const fit = onlyParameters(c, []);
    if (!fit.ok) return problem(c, fit.error);
    const found = await collectionOf(c);
    if (!found.ok) return problem(c, found.error);
    const { id, isPrivate } = found.value;
    const place = readTilePlace(c.req.param("z"), c.req.param("y"), c.req.param("x"));
    if (place === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    const shown = await featuresOfTile(found.value, boxOfTile(place));
    if (!shown.ok) return problem(c, shown.error);
    const { bytes, isPartial } = encodeTile(id, shown.value.features, place);
    const etag = etagOf(bytes);
    const headers = {
      ...{ ETag: etag, "Cache-Control": isPrivate ? PRIVATE : REVALIDATE },
      Vary: "Authorization, Signature",
      ...((isPartial || shown.value.isPartial) && { "Cityid-Tile-Partial": "1" }),
    };
    if (isNoneMatch(c.req.header("If-None-Match"), etag)) {
      return new Response(null, { status: 304, headers });
    }
    return new Response(asBody(bytes), { headers: { ...headers, "Content-Type": MVT } });
  });

  async function described(c: AppContext, of: (collection: Collection) => object) {
    const fit = onlyParameters(c, []);
    if (!fit.ok) return problem(c, fit.error);
    const found = await collectionOf(c);
    if (!found.ok) return problem(c, found.error);
    return new Response(JSON.stringify(of(found.value)), {
      headers: {
        ...{ "Content-Type": JSON_TYPE, Vary: "Authorization, Signature" },
        "Cache-Control": found.value.isPrivate ? PRIVATE : REVALIDATE,
      },
    });
  }
}

function tileset(at: string, title: string): object {
  const own = `${at}/${QUAD}`;
  return {
    ...{ title, dataType: "vector", crs: "http://www.opengis.net/def/crs/EPSG/0/3857" },
    tileMatrixSetURI: QUAD_URI,
    links: [
      { href: own, rel: "self", type: JSON_TYPE },
      {
        href: `${own}/{tileMatrix}/{tileRow}/{tileCol}`,
        ...{ rel: "item", type: MVT, templated: true },
      },
      { href: QUAD_URI, rel: "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme" },
    ],
  };
}
