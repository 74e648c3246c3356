// Elements without a library: a phone in the street waits for every kilobyte. Nothing here reads markup, so that no text of
// a plate or a node can become any.

import { SHAPES, type ShapeOf } from "../ui/shapes.ts";

type Child = Node | string | undefined | false;
type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** An element with attributes and children; what is `undefined` or `false` is left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return dress(document.createElement(tag), attributes, children);
}

/** A button that does something. */
export function button(label: string, act: () => void, className = ""): HTMLButtonElement {
  const element = h("button", { type: "button", class: className }, label);
  element.addEventListener("click", act);
  return element;
}

/** A list of facts, each with its name; those without a value are left out. */
export function facts(rows: readonly (readonly [string, Child])[]): HTMLElement {
  const shown = rows.filter(([, value]) => value !== undefined && value !== false && value !== "");
  const pairs = shown.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
  return h("dl", { class: "facts" }, ...pairs);
}

const SVG = "http://www.w3.org/2000/svg";

export type State = ShapeOf;

/** Stands beside a word always, so it says nothing by itself. */
export function icon(state: State): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  dress(svg, { class: `icon state-${state}`, viewBox: "0 0 16 16", "aria-hidden": "true" }, []);
  dress(path, { d: SHAPES[state] }, []);
  svg.append(path);
  return svg;
}

function dress<E extends Element>(
  element: E,
  attributes: Attributes,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((each) => each !== undefined && each !== false));
  return element;
}
