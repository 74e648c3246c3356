/** What stands in the index cannot be: it must be built anew. */
export class IndexDamage extends Error {
  override readonly name = "IndexDamage";
}
