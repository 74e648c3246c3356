/** Positions stand in whole 1e-7 degrees: about a centimetre, and no fraction that two programs could round apart. */
export const UNITS_PER_DEGREE = 1e7;
