/** A time without needless zeros: one that was said in whole seconds comes back as it was said. */
export function briefTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}
