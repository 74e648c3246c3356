import { type Position, UNITS_PER_DEGREE } from "../core/index.ts";
import { bd09FromWgs84, gcj02FromWgs84 } from "./coordinates.ts";

/** A page of a map service that shows a place. */
export type MapLink = {
  readonly service: "amap" | "baidu" | "tencent" | "tianditu";
  readonly names: { readonly zh: string; readonly en: string };
  readonly href: string;
};

/** Who sends the visitor, as the services ask to be told. */
const REFERRER = "cityid";

/**
 * Links to Chinese map services for a place in WGS 84 / CGCS2000, each in the service's own coordinates. Opening one
 * tells that service the place; nothing is fetched to make it.
 */
export function mapLinks(position: Position, label: string): readonly MapLink[] {
  const gcj02 = spell(gcj02FromWgs84(position));
  const bd09 = spell(bd09FromWgs84(position));
  const plain = spell(position);
  const title = encodeTitle(label);
  return [
    {
      service: "amap",
      names: { zh: "高德地图", en: "Amap" },
      href: `https://uri.amap.com/marker?position=${gcj02.x},${gcj02.y}&name=${title}&src=${REFERRER}&coordinate=gaode`,
    },
    {
      service: "baidu",
      names: { zh: "百度地图", en: "Baidu Maps" },
      href: `https://api.map.baidu.com/marker?location=${bd09.y},${bd09.x}&title=${title}&content=${title}&output=html&coord_type=bd09ll&src=${REFERRER}`,
    },
    {
      service: "tencent",
      names: { zh: "腾讯地图", en: "Tencent Maps" },
      href: `https://apis.map.qq.com/uri/v1/marker?marker=coord:${gcj02.y},${gcj02.x};title:${title}&referer=${REFERRER}`,
    },
    {
      service: "tianditu",
      names: { zh: "天地图", en: "Tianditu" },
      href: `https://map.tianditu.gov.cn/?center=${plain.x},${plain.y}&zoom=17`,
    },
  ];
}

/** Degrees with six decimals, a tenth of a metre. */
function spell([x, y]: Position): { readonly x: string; readonly y: string } {
  return { x: (x / UNITS_PER_DEGREE).toFixed(6), y: (y / UNITS_PER_DEGREE).toFixed(6) };
}

/** Percent-encodes a title; without lone surrogates, on which encodeURIComponent would throw. */
function encodeTitle(label: string): string {
  return encodeURIComponent(label.replace(/\p{Surrogate}/gu, "\ufffd"));
}
