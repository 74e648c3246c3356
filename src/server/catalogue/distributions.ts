import type { OpenDataset } from "../../core/index.ts";
import { TABLE_FORMATS, type TableFormat } from "../../table/index.ts";
import type { Json } from "../http/json.ts";
import { datasetCollectionId } from "../ogc/index.ts";
import { authority, resource, text, texts } from "./terms.ts";

// Where a dataset is had: its entries, tables of the whole, a sample, and the services of a node.

const SAMPLE_ROWS = 10;

/** Some rows of what everybody may read: no row of anything else is shown to whoever only looks for data. */
export function sample({ record: { code }, value: { log } }: OpenDataset, licence: string): Json {
  const url = `${log.url}/ogc/collections/${datasetCollectionId(code)}/items?limit=${SAMPLE_ROWS}`;
  return {
    "@id": url,
    "@type": "dcat:Distribution",
    "dct:title": [text("样例", "zh"), text("Sample", "en")],
    "dcat:accessURL": resource(url),
    "dct:license": licenceJson(licence),
    ...form("application/geo+json", "GEOJSON"),
  };
}

/** What everybody may take as a whole, in each form in which it is made. */
export function tables({ record: { code }, value: { log } }: OpenDataset, licence: string): Json[] {
  return TABLE_FORMATS.map((format) => {
    const { type, fileType } = TABLES[format];
    const url = `${log.url}/v1/datasets/${encodeURIComponent(code)}/export?format=${format}`;
    return {
      "@id": url,
      "@type": "dcat:Distribution",
      "dct:title": [text(`全部数据（${format}）`, "zh"), text(`All of it (${format})`, "en")],
      "dcat:accessURL": resource(url),
      "dcat:downloadURL": resource(url),
      "dct:license": licenceJson(licence),
      ...form(type, fileType),
    };
  });
}

const TABLES: Readonly<Record<TableFormat, { readonly type: string; readonly fileType: string }>> =
  {
    parquet: { type: "application/vnd.apache.parquet", fileType: "PARQUET" },
    csv: { type: "text/csv", fileType: "CSV" },
    geojson: { type: "application/geo+json", fileType: "GEOJSON" },
    ndjson: { type: "application/x-ndjson", fileType: "JSON" },
  };

/** The type of a body, in the words of IANA and of the EU's vocabulary. */
function form(type: string, fileType: string): { readonly [name: string]: Json } {
  return {
    "dcat:mediaType": {
      "@id": `https://www.iana.org/assignments/media-types/${type}`,
      "@type": "dct:MediaType",
    },
    "dct:format": authority("dct:MediaTypeOrExtent", `file-type/${fileType}`),
  };
}

export function distribution(
  publicUrl: string,
  { record: { code }, value: { log, title } }: OpenDataset,
  licence: string,
): Json {
  const base = `${log.url}/v1/datasets/${encodeURIComponent(code)}`;
  return {
    "@id": `${base}/entries`,
    "@type": "dcat:Distribution",
    "dct:title": texts(title),
    "dcat:accessURL": resource(`${base}/entries`),
    "dct:license": licenceJson(licence),
    ...form("application/json", "JSON"),
    "dcat:accessService": {
      "@id": `${base}#service`,
      "@type": "dcat:DataService",
      "dct:title": texts(title),
      "dcat:endpointURL": resource(base),
      "dcat:endpointDescription": resource(`${log.url}/openapi.json`),
      "dcat:servesDataset": { "@id": `${publicUrl}/${code}` },
    },
  };
}

/** A surface of this node, for all datasets that it keeps. */
export function service(
  url: string,
  title: string,
  more: { readonly [name: string]: Json } = {},
): Json {
  return {
    "@id": url,
    "@type": "dcat:DataService",
    "dct:title": text(title, "en"),
    "dcat:endpointURL": resource(url),
    ...more,
  };
}

/** An SPDX identifier leads somewhere; anything else is said in its own words. */
function licenceJson(licence: string): Json {
  return /^[A-Za-z0-9][A-Za-z0-9.+-]*$/.test(licence)
    ? { "@id": `http://spdx.org/licenses/${licence}`, "@type": "dct:LicenseDocument" }
    : { "@type": "dct:LicenseDocument", "rdfs:label": licence };
}
