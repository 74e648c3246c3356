import {
  type Client,
  type Code,
  fromHex,
  hashLeaf,
  hex,
  NodeUnreachable,
  type UpdateItem,
} from "cityid/sdk";
import { accepted, type Hand, sign, todayUtc } from "../../api/signing.ts";

/** A thing that the load changes, and the entry that changed it last. */
export type Lamp = { readonly code: Code; prev: Uint8Array };

/** What the page was told, and what it was not told. */
export type Ledgered = {
  /** Confirmed: hash of the operation → where it stands, and its receipt. */
  readonly confirmed: Map<string, { readonly index: number; readonly receipt: string }>;
  /** Sent without an answer. */
  readonly unanswered: Set<string>;
};

export type Load = {
  readonly client: Client;
  readonly hand: Hand;
  readonly ledger: string;
  readonly told: Ledgered;
  /** True while another change shall be sent. */
  readonly wanted: () => boolean;
  readonly onConfirmed: () => void;
};

/** Changes these lamps in turn, each by an operation of its own, until told to stop or the node is gone. */
export async function sendChanges(lamps: readonly Lamp[], load: Load): Promise<void> {
  for (let round = 1; load.wanted(); round++) {
    const signed = await Promise.all(lamps.map((lamp) => signChange(lamp, round, load)));
    try {
      await submit(lamps, signed, load);
    } catch (cause) {
      if (!(cause instanceof NodeUnreachable)) throw cause;
      for (const bytes of signed) load.told.unanswered.add(hex(hashLeaf(bytes)));
      return;
    }
  }
}

async function submit(
  lamps: readonly Lamp[],
  signed: readonly Uint8Array[],
  load: Load,
): Promise<void> {
  let place = 0;
  for await (const outcome of load.client.submitMany(signed)) {
    const { hash, index, receipt } = accepted(outcome);
    const lamp = lamps[place++];
    if (lamp) lamp.prev = readHash(hash);
    load.told.confirmed.set(hash, { index, receipt });
  }
  load.onConfirmed();
}

async function signChange(
  { code, prev }: Lamp,
  round: number,
  { hand, ledger }: Load,
): Promise<Uint8Array> {
  const change: UpdateItem = {
    code,
    prev,
    attributes: { inspected: { value: round, validFrom: todayUtc() } },
  };
  const { bytes } = await sign(hand, { op: "update", ...change }, ledger);
  return bytes;
}

/** Lamps below a class with their present state, to be changed. */
export async function readLamps(
  client: Client,
  under: string,
  count: number,
): Promise<readonly Lamp[]> {
  const { items } = await client.search(
    { under, kind: "thing", status: "active" },
    { limit: count },
  );
  const answers = await Promise.all(items.map(({ code }) => client.record(code)));
  return answers.map(({ record }) => ({ code: record.code as Code, prev: readHash(record.op) }));
}

/** What a lamp's last change is now, after changes whose answers were lost. */
export async function readAgain(client: Client, lamps: readonly Lamp[]): Promise<readonly Lamp[]> {
  return Promise.all(
    lamps.map(async ({ code }) => ({
      code,
      prev: readHash((await client.record(code)).record.op),
    })),
  );
}

function readHash(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes?.length !== 32) throw new Error(`${text} is no hash`);
  return bytes;
}
