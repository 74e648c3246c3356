export {
  bd09FromGcj02,
  bd09FromWgs84,
  gcj02FromBd09,
  gcj02FromWgs84,
  wgs84FromBd09,
  wgs84FromGcj02,
} from "./coordinates.ts";
export { type MapLink, mapLinks } from "./map-links.ts";
export { type ReadCode, type ReadRefusal, readCode } from "./read-code.ts";
export { beijingDate, type ReadableTime, readableTime, rfc3339 } from "./time.ts";
