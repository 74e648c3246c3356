import { type Geometry, type Position, UNITS_PER_DEGREE } from "../../core/index.ts";
import { html, type Markup } from "./html.ts";
import type { Language } from "./language.ts";
import { distanceWords, type LonLat, metresBetween, roundDown } from "./scale.ts";

/** What a small map shows. */
export type MapContent = {
  readonly shape: Geometry;
  /** The place of something larger that people know, to say where this is. */
  readonly anchor?: LonLat & { readonly name: string };
  /** Says the same in words. */
  readonly alternative: string;
};

const WIDTH = 360;
const HEIGHT = 200;
const MARGIN = 36;
/** What lies below has the scale. */
const MIDDLE = { x: WIDTH / 2, y: 90 };
const LABEL_CHARACTERS = 14;
/** Of a number of degrees, with room. */
const LABEL_WIDTH = 64;
/** Of letters of 11 units: a digit, and a Chinese character, the widest. */
const DIGIT_WIDTH = 6.5;
const WIDEST_CHARACTER = 11;
/** A single point is shown with this much around it. */
const LEAST_METRES = 400;
/** Where there is nothing beside it: enough for the lines of a paper map. */
const ALONE_METRES = 60_000;

/**
 * A shape on a net of degrees, with a scale, drawn by us: nothing is fetched for it, and nobody is told who looks. Not a map of a
 * country or its borders.
 */
export function mapFigure({ shape, anchor, alternative }: MapContent, language: Language): Markup {
  const parts = partsOf(shape);
  const view = viewOf([...parts.flat(), ...(anchor ? [anchor] : [])]);
  return html`<svg class="map" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${alternative}">
${netMarkup(view, takenBoxes(view, shape, parts, anchor))}${anchor && anchorMarkup(view, anchor, parts)}${shapeMarkup(view, shape, parts)}${scaleMarkup(view, language)}
<path class="ink" d="M${WIDTH - 16} 26V10m-4 5 4-6 4 6"/><text x="${WIDTH - 16}" y="38" text-anchor="middle">${language === "zh" ? "北" : "N"}</text></svg>`;
}

type View = { readonly centre: LonLat; readonly metresPerUnit: number };

/** Everything that is to be seen, in the middle, with a margin. */
function viewOf(places: readonly LonLat[]): View {
  const [west, east] = span(places.map(({ longitude }) => longitude));
  const [south, north] = span(places.map(({ latitude }) => latitude));
  const centre = { longitude: (west + east) / 2, latitude: (south + north) / 2 };
  const size = metresBetween(
    { longitude: west, latitude: south },
    { longitude: east, latitude: north },
  );
  const least = places.length === 1 ? ALONE_METRES : LEAST_METRES;
  const metresPerUnit = Math.max(
    size.east / (WIDTH - 2 * MARGIN),
    size.north / (2 * (MIDDLE.y - MARGIN)),
    least / WIDTH,
  );
  return { centre, metresPerUnit };
}

function span(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

type Point = { readonly x: number; readonly y: number };

function pointOf({ centre, metresPerUnit }: View, place: LonLat): Point {
  // Straight lines of one latitude and longitude: all is measured at the middle.
  const level = metresBetween(centre, { ...centre, longitude: place.longitude }).east;
  const { north } = metresBetween(centre, place);
  return { x: MIDDLE.x + level / metresPerUnit, y: MIDDLE.y - north / metresPerUnit };
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

type Box = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

/** Where something stands that no number may run into. */
function takenBoxes(
  view: View,
  shape: Geometry,
  parts: readonly (readonly LonLat[])[],
  anchor: MapContent["anchor"],
): readonly Box[] {
  const taken: Box[] = [{ left: WIDTH - 28, top: 0, right: WIDTH, bottom: 40 }];
  const [first] = parts.flat();
  if ("point" in shape && first !== undefined) taken.push(around(pointOf(view, first), 12));
  if (anchor !== undefined) {
    const mark = pointOf(view, anchor);
    taken.push(around(mark, 6));
    if (isLabelled(anchor)) {
      const { from, side } = labelPlace(mark);
      const width = anchor.name.length * WIDEST_CHARACTER;
      const left = side === "start" ? from : side === "end" ? from - width : from - width / 2;
      taken.push({ left, top: mark.y - 22, right: left + width, bottom: mark.y - 5 });
    }
  }
  return taken;
}

function around({ x, y }: Point, room: number): Box {
  return { left: x - room, top: y - room, right: x + room, bottom: y + room };
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Lines of round degrees, a few each way, with their numbers at the edges. */
function netMarkup(view: View, taken: readonly Box[]): Markup {
  const { centre } = view;
  const right = (longitude: number) => pointOf(view, { ...centre, longitude }).x;
  const down = (latitude: number) => pointOf(view, { ...centre, latitude }).y;
  const meridians = lines(centre.longitude, right, WIDTH);
  const parallels = lines(centre.latitude, down, HEIGHT);
  const across = meridians.map(({ at }) => `M${at.toFixed(1)} 0V${HEIGHT}`);
  const along = parallels.map(({ at }) => `M0 ${at.toFixed(1)}H${WIDTH}`);
  return html`<path class="net" d="${[...across, ...along].join("")}"/>
${meridians.map(({ at, label }) => numberMarkup({ x: at + 3, y: 12 }, label, taken))}
${parallels.map(({ at, label }) => numberMarkup({ x: 4, y: at - 3 }, label, taken))}`;
}

function numberMarkup({ x, y }: Point, label: string, taken: readonly Box[]): Markup | false {
  const box = { left: x, top: y - 10, right: x + label.length * DIGIT_WIDTH, bottom: y + 2 };
  if (label === "" || taken.some((each) => overlaps(box, each))) return false;
  return html`<text x="${x.toFixed(1)}" y="${y.toFixed(1)}">${label}</text>`;
}

type Line = { readonly at: number; readonly label: string };

/** Lines at round degrees about a middle, none where a corner has something of its own to say. */
function lines(
  middle: number,
  place: (degrees: number) => number,
  length: number,
): readonly Line[] {
  const perDegree = Math.abs(place(middle + 1) - place(middle));
  const step = roundDown(length / perDegree / 3);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.round(middle / step);
  const shown = [-3, -2, -1, 0, 1, 2, 3].flatMap((n) => {
    const degrees = (first + n) * step;
    const at = place(degrees);
    return at > 22 && at < length - 40 ? [{ at, label: `${degrees.toFixed(digits)}°` }] : [];
  });
  const isNarrow = step * perDegree < LABEL_WIDTH && length === WIDTH;
  return shown.map((line, i) => (isNarrow && i % 2 === 1 ? { ...line, label: "" } : line));
}

function anchorMarkup(
  view: View,
  anchor: LonLat & { readonly name: string },
  parts: readonly (readonly LonLat[])[],
): Markup {
  const [here] = parts.flat();
  const from = pointOf(view, anchor);
  const line = here && html`<path class="way" d="M${at(from)}L${at(pointOf(view, here))}"/>`;
  // A long name would run over the edge; the words below the map have it.
  const name = isLabelled(anchor) && labelMarkup(from, anchor.name);
  return html`${line}<rect class="ink" x="${(from.x - 3.5).toFixed(1)}" y="${(from.y - 3.5).toFixed(1)}" width="7" height="7"/>${name}`;
}

function isLabelled({ name }: { readonly name: string }): boolean {
  return name.length <= LABEL_CHARACTERS;
}

function labelMarkup(mark: Point, name: string): Markup {
  const { from, side } = labelPlace(mark);
  return html`<text class="name" x="${from.toFixed(1)}" y="${(mark.y - 9).toFixed(1)}" text-anchor="${side}">${name}</text>`;
}

/** Above its mark, and turned away from the nearer edge. */
function labelPlace({ x }: Point): {
  readonly from: number;
  readonly side: "start" | "middle" | "end";
} {
  if (x < WIDTH / 3) return { from: x - 4, side: "start" };
  return x > (2 * WIDTH) / 3 ? { from: x + 4, side: "end" } : { from: x, side: "middle" };
}

function shapeMarkup(view: View, shape: Geometry, parts: readonly (readonly LonLat[])[]): Markup {
  const isArea = !("point" in shape || "line" in shape);
  const drawn = parts.map((part) => part.map((place) => at(pointOf(view, place))).join("L"));
  const [first] = parts.flat();
  if ("point" in shape && first !== undefined) {
    const { x, y } = pointOf(view, first);
    return html`<circle class="halo" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="9"/><circle class="ink" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="4"/>`;
  }
  return html`<path class="${isArea ? "area" : "line"}" d="${drawn.map((d) => `M${d}${isArea ? "Z" : ""}`).join("")}"/>`;
}

function scaleMarkup({ metresPerUnit }: View, language: Language): Markup {
  const metres = roundDown((WIDTH / 4) * metresPerUnit);
  const length = metres / metresPerUnit;
  const right = WIDTH - 12;
  return html`<path class="ink" d="M${(right - length).toFixed(1)} ${HEIGHT - 16}v4H${right}v-4"/><text x="${right}" y="${HEIGHT - 20}" text-anchor="end">${distanceWords(metres)[language]}</text>`;
}

/** The lines, rings or corners of a shape, in degrees. */
function partsOf(shape: Geometry): readonly (readonly LonLat[])[] {
  if ("point" in shape) return [[degrees(shape.point)]];
  if ("line" in shape) return [shape.line.map(degrees)];
  if ("polygon" in shape) return shape.polygon.map((ring) => ring.map(degrees));
  const [west, south, east, north] = "cell" in shape ? shape.cell : shape.linked.bbox;
  const corners: readonly Position[] = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
  return [corners.map(degrees)];
}

function degrees([longitude, latitude]: Position): LonLat {
  return { longitude: longitude / UNITS_PER_DEGREE, latitude: latitude / UNITS_PER_DEGREE };
}
