import {
  buildManifest,
  type Client,
  type Code,
  fromHex,
  hex,
  type ManifestJson,
  type RegisterItem,
} from "cityid/sdk";
import { accepted, type Hand, sign, submitSigned } from "../../api/signing.ts";
import { isTourImport } from "./lamps.ts";

/** An import of this tour, as the ledger knows it. */
export type Import = {
  readonly id: string;
  readonly codes: readonly string[];
  readonly void: boolean;
  readonly voidUntil: string;
};

/** Signs one manifest over all rows and hands it over with them. @returns its id */
export async function importLamps(
  client: Client,
  hand: Hand,
  rows: readonly RegisterItem[],
  under: Code,
  ledger: string,
): Promise<string> {
  const { operation, chunks } = await buildManifest(rows, { what: "register", under });
  const signed = await sign(hand, operation, ledger);
  const items: Uint8Array[] = [signed.bytes];
  for await (const chunk of chunks(signed.id)) items.push(chunk);
  for await (const outcome of client.submitMany(items)) accepted(outcome);
  return hex(signed.id);
}

export async function voidImport(
  client: Client,
  hand: Hand,
  { id }: Import,
  reason: string,
  ledger: string,
): Promise<void> {
  const registration = fromHex(id);
  if (!registration) throw new Error(`${id} is no id`);
  await submitSigned(client, await sign(hand, { op: "void", registration, reason }, ledger));
}

/** The newest import of the tour, read from the ledger, so that it is found again after a reload. */
export async function newestImport(client: Client, under: string): Promise<Import | undefined> {
  const { items } = await client.manifests({ limit: 20 });
  const manifest = items.find((item) => isTourImport(item, under));
  return manifest && readImport(client, manifest);
}

/** An import as the ledger has it now. Lists follow a moment later. */
export async function readImport(
  client: Client,
  manifest: Pick<ManifestJson, "id" | "op">,
): Promise<Import> {
  const registration = await client.registration(manifest.id);
  const { index } = await client.entry(manifest.op);
  const { items } = await client.log({ from: index, order: "oldest", kind: "chunk" }, { limit: 1 });
  return {
    id: manifest.id,
    codes: items[0]?.codes ?? [],
    void: registration.void,
    voidUntil: registration.voidUntil,
  };
}
