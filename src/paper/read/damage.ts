/** Why a file is not read any further. Thrown inside the reader and caught at its door. */
export class Damage extends Error {
  override readonly name = "Damage";
  /** Byte of the file, or of the stream that was looked into. */
  readonly at: number;
  readonly what: string;

  constructor(at: number, what: string) {
    super(`${what} at ${at}`);
    this.at = at;
    this.what = what;
  }
}
