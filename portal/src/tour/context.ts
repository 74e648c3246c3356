import type { NodeAnswer } from "cityid/sdk";
import { createContext, useContext } from "react";
import type { Demonstration } from "../api/demo.ts";

/** What every step knows of the node it talks to. */
export type TourWorld = { readonly node: NodeAnswer; readonly demo: Demonstration };

export const TourContext = createContext<TourWorld | undefined>(undefined);

export function useTour(): TourWorld {
  const world = useContext(TourContext);
  if (!world) throw new Error("a step stands outside the tour");
  return world;
}
