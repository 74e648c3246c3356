/** The steps of the tour, in the order that tells the story; each can be taken alone. */
export const STEPS = [
  "look-up",
  "in-time",
  "never-issued",
  "apply",
  "old-number",
  "void",
  "attack",
  "kill",
  "own-ledger",
  "plates",
  "report",
  "share",
] as const;

export type StepId = (typeof STEPS)[number];

export function isStep(text: string | undefined): text is StepId {
  return STEPS.some((step) => step === text);
}
