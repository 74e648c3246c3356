import { readdirSync, readFileSync } from "node:fs";
import { fromHex, type SignatureVector } from "./craft.ts";

const FOLDER = new URL("../../vectors/signature/", import.meta.url);

/** Names of the files of vectors/signature, without `.json`. */
export function vectorFiles(): string[] {
  return readdirSync(FOLDER).map((name) => name.replace(/\.json$/, ""));
}

export function vectorPath(name: string): string {
  return new URL(`${name}.json`, FOLDER).pathname;
}

export function readVectors(name: string): SignatureVector[] {
  return JSON.parse(readFileSync(vectorPath(name), "utf8")) as SignatureVector[];
}

/** The three inputs of a check, as bytes. */
export function inputs(
  vector: SignatureVector,
): [publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array] {
  return [fromHex(vector.publicKey), fromHex(vector.message), fromHex(vector.signature)];
}
