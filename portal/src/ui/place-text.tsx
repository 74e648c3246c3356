import type { Place } from "cityid/sdk";
import type { ReactNode } from "react";

/** Degrees with hemisphere; five decimals are one metre. */
export function PlaceText({ place }: { readonly place: Place }): ReactNode {
  const { longitude, latitude } = place;
  return (
    <span className="number">
      {degrees(latitude)} {latitude < 0 ? "S" : "N"}, {degrees(longitude)}{" "}
      {longitude < 0 ? "W" : "E"}
    </span>
  );
}

function degrees(value: number): string {
  return `${Math.abs(value).toFixed(5)}°`;
}
