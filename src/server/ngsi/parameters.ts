// Which parameters an operation takes: GS CIM 009 §6.4 to §6.31. What it does not know is refused (§6.3.20).

/** Programs write `True` as well: the specification says nothing of capitals. */
export function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === "true";
}

const PAGE = ["limit", "offset", "count"];
const SELECTION = ["id", "type", "idPattern", "q", "scopeQ", "csf", "expandValues", "jsonKeys"];
const PLACE = ["georel", "geometry", "coordinates", "geoproperty"];
const FORM = ["attrs", "pick", "omit", "options", "format", "lang", "datasetId"];
const LINKS = ["join", "joinLevel", "containedBy"];
const ORDER = ["orderBy", "orderFrom", "collation"];
const TIME = ["timerel", "timeAt", "endTimeAt", "timeproperty", "lastN"];
const AGGREGATION = ["aggrMethods", "aggrPeriodDuration"];
const MAP = ["entityMap", "entityMapLifetime"];

/** How one entity is told. `proof` is our own. */
export const RETRIEVE: readonly string[] = [
  ...[...FORM, ...LINKS, ...MAP],
  ...["geometryProperty", "type", "proof"],
];
/** Which entities, and how they are told. */
export const QUERY: readonly string[] = [
  ...[...SELECTION, ...PLACE, ...PAGE, ...FORM, ...LINKS],
  ...["geometryProperty", ...ORDER, ...MAP, "proof"],
];
export const TEMPORAL_RETRIEVE: readonly string[] = [...FORM, ...TIME, ...AGGREGATION, ...MAP];
export const TEMPORAL_QUERY: readonly string[] = [
  ...[...SELECTION, ...PLACE, ...PAGE, ...FORM, ...TIME, ...AGGREGATION],
  ...[...ORDER, ...MAP],
];
export const PURGE: readonly string[] = [...SELECTION, ...PLACE, "attrs", "keep", "drop"];
export const CHANGE: readonly string[] = ["options", "type", "format", "lang", "observedAt"];
export const ATTRIBUTE: readonly string[] = ["datasetId", "deleteAll", "type", "options"];
