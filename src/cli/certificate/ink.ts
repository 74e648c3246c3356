import type { Colour } from "../../paper/index.ts";

// Few inks, each dark enough to survive a black and white printer.

export type Ink = Colour;

export const BLACK: Ink = [0, 0, 0];
export const INK: Ink = [0.11, 0.13, 0.16];
export const GREY: Ink = [0.36, 0.39, 0.43];
export const LINE: Ink = [0.78, 0.8, 0.83];
export const GREEN: Ink = [0.07, 0.42, 0.2];
export const AMBER: Ink = [0.58, 0.36, 0];
export const RED: Ink = [0.72, 0.11, 0.11];
