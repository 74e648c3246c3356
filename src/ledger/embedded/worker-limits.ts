import type { ResourceLimits } from "node:worker_threads";

/**
 * Room for what a thread makes and drops again. The engine's default of 48 MB for each would be most of what a small node
 * takes, and lies outside every cache of the processor.
 */
export const SMALL_YOUNG_GENERATION: ResourceLimits = { maxYoungGenerationSizeMb: 6 };

/** For a thread that makes much that lives a little longer. */
export const MEDIUM_YOUNG_GENERATION: ResourceLimits = { maxYoungGenerationSizeMb: 12 };
