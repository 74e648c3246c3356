import type { EffectiveStatus } from "../../core/index.ts";
import type { Canvas, Colour, Place } from "../../paper/index.ts";

/** The sign of a status, drawn, because fonts have it or not: tick, triangle, arrow, cross; a ring where nothing stands. */
export function drawStatusMark(
  canvas: Canvas,
  status: EffectiveStatus["status"] | "absent" | undefined,
  { x, y }: Place,
  side: number,
  colour: Colour,
): void {
  const at = (across: number, down: number): Place => ({
    x: x + across * side,
    y: y + down * side,
  });
  const stroke = (start: Place, ...ends: readonly Place[]) =>
    canvas.stroke(
      start,
      ends.map((end) => [end]),
      colour,
      side / 7,
    );
  switch (status) {
    case "active":
      stroke(at(0.1, 0.55), at(0.4, 0.85), at(0.95, 0.15));
      return;
    case "suspended":
      canvas.fill(at(0.5, 0.05), [[at(1, 0.95)], [at(0, 0.95)]], colour);
      return;
    case "retired":
      stroke(at(0.05, 0.5), at(0.95, 0.5));
      stroke(at(0.6, 0.15), at(0.95, 0.5), at(0.6, 0.85));
      return;
    case "void":
      stroke(at(0.1, 0.1), at(0.9, 0.9));
      stroke(at(0.9, 0.1), at(0.1, 0.9));
      return;
    case "absent":
    case undefined:
      stroke(
        at(0.3, 0.1),
        at(0.7, 0.1),
        at(0.95, 0.5),
        at(0.7, 0.9),
        at(0.3, 0.9),
        at(0.05, 0.5),
        at(0.3, 0.1),
      );
      return;
  }
}
