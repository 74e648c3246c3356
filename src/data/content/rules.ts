import {
  type CborValue,
  type Code,
  classKey,
  codeKey,
  err,
  type OpenDataset,
  ok,
  ownerOf,
  parseCode,
  type Result,
  UNITS_PER_DEGREE,
  type ValueReader,
} from "../../core/index.ts";
import { type Bounds, boundsOf } from "../../table/index.ts";
import { isJsonMap, type JsonMap, type JsonValue, LOCATION } from "../entities/entity.ts";
import {
  coverOf,
  type Geometry,
  geometryOf,
  type Position,
  polygonOf,
  positionsOf,
} from "../entities/geometry.ts";
import type { Statement } from "../entities/statement.ts";
import { anything, integer, type Kind, number, text, time, truth } from "./kind.ts";
import { MODELS, type Model, OF_ANYTHING } from "./models.ts";

export type ContentRefusal =
  | {
      readonly code: "DATA_SCHEMA";
      /** Which observation of the entry. */
      readonly observation: number;
      /** The attribute, or `id` or `type`. */
      readonly name: string;
      readonly want: string;
    }
  | { readonly code: "DATA_BOUNDARY"; readonly observation: number; readonly owner: string };

/** What an observation says, with all types that its entity then has, and where it says that this was. */
export type Said = Pick<Statement, "types" | "attributes"> & {
  /** `undefined` where it is of no entity. */
  readonly id: string | undefined;
  /** Degrees. */
  readonly positions: readonly Position[];
};

/** Judges one observation, by its number in the entry. */
export type ContentRules = (said: Said, observation: number) => Result<void, ContentRefusal>;

/**
 * What a dataset takes in, beside what every dataset does: docs/spec/sharing.md, Strict datasets.
 *
 * @param remembered the same state, for the owner's record, which is asked for each time
 * @returns nothing where it takes whatever is said
 */
export function contentRules(
  state: ValueReader,
  { record, value }: OpenDataset,
  remembered: ValueReader = state,
): ContentRules | undefined {
  const owner = ownerOf(record.code);
  const isInside = boundaryOf(remembered, owner);
  const dictionary = value.strict && modelOf(value.dictionary ?? []);
  if (isInside === undefined && dictionary === undefined) return undefined;
  return (said, observation) => {
    if (isInside !== undefined && !said.positions.every(isInside)) {
      return err({ code: "DATA_BOUNDARY", observation, owner });
    }
    const misfit = dictionary && misfitOf(state, dictionary, said);
    return misfit ? err({ code: "DATA_SCHEMA", observation, ...misfit }) : ok(undefined);
  };
}

/** Every position that the locations of a statement name. */
export function positionsIn(attributes: Statement["attributes"]): readonly Position[] {
  return (attributes[LOCATION] ?? []).flatMap(({ value }) => {
    const geometry = geometryOf(value);
    return geometry === undefined ? [] : positionsOf(geometry);
  });
}

/** The corners of the bounds of what a fact `place` says, in whichever form. */
export function cornersOf(place: CborValue | undefined): readonly Position[] {
  const bounds = boundsOf(place);
  return bounds === undefined ? [] : positionsOf(areaOf(bounds));
}

function degrees(units: number): number {
  return units / UNITS_PER_DEGREE;
}

function areaOf([west, south, east, north]: Bounds): Geometry {
  return polygonOf([degrees(west), degrees(south), degrees(east), degrees(north)]);
}

/** Only an area bounds anything: a point is where its office is, and a cell hides where something is. */
function boundaryOf(
  state: ValueReader,
  owner: Code,
): ((position: Position) => boolean) | undefined {
  const geometry = state.get(codeKey(owner))?.geometry;
  if (geometry === undefined || !("value" in geometry)) return undefined;
  const shape = geometry.value;
  if ("polygon" in shape) {
    const coordinates = shape.polygon.map((ring) => ring.map((position) => position.map(degrees)));
    return coverOf({ type: "Polygon", coordinates });
  }
  return "linked" in shape ? coverOf(areaOf(shape.linked.bbox)) : undefined;
}

const KINDS: ReadonlyMap<string, Kind> = new Map(
  Object.entries({
    boolean: truth,
    "date-time": time,
    integer,
    number: number(),
    string: text,
    text,
    time,
  }),
);

/** What a dictionary says of its fields; a type that is no word of ours bounds nothing. */
function modelOf(dictionary: NonNullable<OpenDataset["value"]["dictionary"]>): Model {
  return Object.fromEntries(
    dictionary.map(({ name, type }) => [name, KINDS.get(type.toLowerCase()) ?? anything]),
  );
}

type Misfit = { readonly name: string; readonly want: string };

function misfitOf(
  state: ValueReader,
  dictionary: Model,
  { id, types, attributes }: Said,
): Misfit | undefined {
  if (id === undefined) return { name: "id", want: "a code or a URI" };
  const said = types.map(termOf);
  const wrong = misfitOfTypes(state, id, said);
  if (wrong !== undefined) return wrong;
  const models = [dictionary, ...said.map((type) => MODELS.get(type) ?? {})];
  for (const [name, instances] of Object.entries(attributes)) {
    // What ends an attribute says nothing of it.
    if (instances.length === 0) continue;
    const term = termOf(name);
    const kind = models.find((model) => Object.hasOwn(model, term))?.[term];
    if (kind === undefined) {
      return { name, want: `an attribute of ${said.join(", ")} or of the dictionary` };
    }
    const isFit = instances.every((each) => valuesOf(each).every(kind.fits));
    if (!isFit) return { name, want: kind.want };
  }
  return undefined;
}

/** A thing that has a class is of the type that the class register names. */
function misfitOfTypes(
  state: ValueReader,
  id: string,
  types: readonly string[],
): Misfit | undefined {
  const model = registeredModel(state, id);
  const known = model === undefined ? [...MODELS.keys()] : [model, ...OF_ANYTHING];
  if (types.length > 0 && types.every((type) => known.includes(type))) return undefined;
  return { name: "type", want: known.join(", ") };
}

const OF_CODE = /^urn:ngsi-ld:[A-Za-z0-9_]+:(?<code>MA\..+)$/;

function registeredModel(state: ValueReader, id: string): string | undefined {
  const code = parseCode(OF_CODE.exec(id)?.groups?.code ?? "");
  const name = code.ok ? state.get(codeKey(code.value))?.class : undefined;
  return name === undefined ? undefined : state.get(classKey(name))?.model;
}

/** Vocabularies whose words are the names that models have. */
const VOCABULARIES = [
  "https://smartdatamodels.org/",
  "https://uri.fiware.org/ns/",
  "https://schema.org/",
  "http://schema.org/",
  "http://purl.org/dc/terms/",
  "https://uri.etsi.org/ngsi-ld/",
];

/** The last word of an IRI of such a vocabulary; any other name as it is. */
function termOf(name: string): string {
  if (!VOCABULARIES.some((each) => name.startsWith(each))) return name;
  return name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("#")) + 1);
}

/** What an instance says, in whichever form of NGSI-LD. */
function valuesOf(said: JsonMap): readonly JsonValue[] {
  const { value, object, vocab, json, valueList, objectList, languageMap } = said;
  if (typeof languageMap === "object") return Object.values(languageMap);
  const one = [value, object, vocab, json, valueList].find((each) => each !== undefined);
  if (one !== undefined) return [one];
  const objects = Array.isArray(objectList) ? (objectList as readonly JsonValue[]) : [];
  return objects.map((each) => (isJsonMap(each) ? (each.object ?? each) : each));
}
