import {
  type Code,
  fromBase64,
  fromHex,
  hashLeaf,
  type IsoDate,
  present,
} from "../../core/index.ts";
import { ApiProblem, type Client, makeObservation, signEntry } from "../../sdk/index.ts";
import { TRAFFIC } from "./people.ts";
import { READINGS, readings } from "./readings.ts";
import { type Acting, exists, submit } from "./seeding.ts";
import { statedNames } from "./things.ts";

/** The dataset of the transport bureau that others may ask for. */
export const DATASET: Code = `${TRAFFIC.issuer}/DATA/WEATHER` as Code;

const CLASS = `${TRAFFIC.issuer}/DATA` as Code;

/**
 * Publishes the readings as a department does: registers the dataset, names its log in the ledger, signs the readings as one
 * entry, and anchors the log. What an earlier start has done is found done.
 */
export async function publishReadings(
  parts: Acting & { readonly today: IsoDate },
): Promise<number> {
  const { client, keys, today, nowSeconds } = parts;
  const holder = `${TRAFFIC.issuer}#${(await client.record(TRAFFIC.issuer)).record.generation}`;
  const owner = client.as({ signer: keys.signer(TRAFFIC), holder });
  await registerBoth(parts, today);
  const log = await owner.openDatasetLog(DATASET);
  const { record } = await client.record(DATASET);
  if (!record.holds.includes("data")) {
    const prev = present(fromHex(record.control), "control");
    const scope = { under: DATASET };
    const key = { key: log.gateway, uses: ["data" as const], label: "node", scope };
    await submit(parts, TRAFFIC, { op: "keys", code: DATASET, prev, add: [key] });
  }
  if (!(await isDescribed(client))) {
    const prev = present(fromHex((await client.record(DATASET)).record.op), "op");
    await submit(parts, TRAFFIC, {
      ...{ op: "dataset", code: DATASET, prev, title: READINGS, contact: TRAFFIC.names.zh },
      licence: "U.S. Government work",
      log: { origin: log.origin, vkeys: log.vkeys, url: log.url },
    });
  }
  const said = readings();
  const { entries = 0, log: known } = await client.dataset(DATASET);
  if (entries < 2) {
    const claims = { source: TRAFFIC.issuer as Code, audience: log.origin };
    const by = { ...claims, iatSeconds: nowSeconds(), signer: keys.signer(TRAFFIC) };
    await owner.sendEntry(DATASET, await signEntry(by, said.map(makeObservation)));
  }
  if (known.genesis === undefined) await anchor(parts, owner);
  return said.length;
}

async function registerBoth(parts: Acting, today: IsoDate): Promise<void> {
  const { client } = parts;
  const names = statedNames({ zh: "数据集", en: "Datasets" }, today);
  const above = { code: CLASS, kind: "class" as const, class: "DATA", names };
  const own = { code: DATASET, kind: "dataset" as const, names: statedNames(READINGS, today) };
  if (!(await exists(client.record(CLASS)))) {
    await submit(parts, TRAFFIC, { op: "register", items: [above] });
  }
  if (!(await exists(client.record(DATASET)))) {
    await submit(parts, TRAFFIC, { op: "register", items: [own] });
  }
}

async function isDescribed(client: Client): Promise<boolean> {
  return client.dataset(DATASET).then(
    () => true,
    (problem: unknown) => {
      if (problem instanceof ApiProblem && problem.code === "DATA_NO_LOG") return false;
      throw problem;
    },
  );
}

/** With the readings in it, so that their proof leads up to what the ledger keeps. */
async function anchor(parts: Acting, owner: Client): Promise<void> {
  const { checkpoint, path } = await owner.openDatasetLog(DATASET);
  const { entry = "" } = await owner.datasetEntry(DATASET, 0);
  const genesis = hashLeaf(present(fromBase64(entry), "entry 0"));
  const item = { code: DATASET, checkpoint, genesis, path };
  await submit(parts, TRAFFIC, { op: "anchor", items: [item] });
}
