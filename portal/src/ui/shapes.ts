/** States as people tell them apart without colour, in 16 units. They always stand beside a word. */
export const SHAPES = {
  active: "M3 8.5 6.5 12 13 4.5",
  attention: "M8 2.5 14.5 13.5H1.5Z M8 6.5v3.25 M8 11.5v.1",
  stop: "M4 4l8 8 M12 4l-8 8",
  ended: "M2.5 8h11 M9 3.5 13.5 8 9 12.5",
  unknown: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.6 8 9 8 10 M8 12.5v.1",
} as const;

export type ShapeOf = keyof typeof SHAPES;
