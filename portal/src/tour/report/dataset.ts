import {
  ApiProblem,
  type Client,
  type Code,
  enrolledKey,
  fromBase64,
  fromHex,
  hashLeaf,
  type KeySpec,
  type OpenedLog,
  signInvitation,
} from "cityid/sdk";
import { type Hand, nowSeconds, sign, submitSigned, todayUtc } from "../../api/signing.ts";
import { enrol } from "../../report/sign.ts";
import type { Enrolled } from "../../report/store.ts";
import { codeOf } from "../codes.ts";

/** What a department does before its people can report, with its own hand. */
export type Department = {
  readonly client: Client;
  readonly hand: Hand;
  /** Origin of the ledger. */
  readonly ledger: string;
};

const LABEL = "tour";
const DAY_SECONDS = 86_400;

/** Makes the dataset that takes the reports, with its log, as `cityid dataset create` does; what is there stays. */
export async function makeDataset(department: Department, dataset: Code): Promise<void> {
  const client = await speaking(department);
  const log = await client.openDatasetLog(dataset);
  const isNew = await register(department, dataset);
  await giveNodeItsKey(department, dataset, log);
  if (isNew || !(await isDescribed(client, dataset, log))) await describe(department, dataset, log);
  const { log: known } = await client.dataset(dataset);
  if (known.genesis !== undefined) return;
  const { entry = "" } = await client.datasetEntry(dataset, 0);
  const genesis = hashLeaf(fromBase64(entry) ?? new Uint8Array());
  const { checkpoint, path } = log;
  await act(department, { op: "anchor", items: [{ code: dataset, checkpoint, genesis, path }] });
}

/** Invites this browser, which makes a key that cannot leave it and asks; then puts that key into the ledger. */
export async function enrolHere(department: Department, dataset: Code): Promise<Enrolled> {
  const { hand, ledger: aud } = department;
  const office = codeOf(hand.issuer);
  const untilSeconds = nowSeconds() + DAY_SECONDS;
  const invitation = await signInvitation(
    { office, aud, iatSeconds: nowSeconds(), signer: hand.signer },
    { dataset, label: LABEL, untilSeconds },
  );
  const key = await enrol(department.client, invitation);
  const client = await speaking(department);
  const waiting = (await client.enrolments()).filter(({ kid }) => kid === key.kid);
  const add = waiting.map((each): KeySpec => {
    const until = Math.floor(Date.parse(each.until) / 1000);
    return { key: enrolledKey(each), uses: ["data"], label: each.label, scope: { until } };
  });
  const { control: prev } = await heads(client, office);
  await act(department, { op: "keys", code: office, prev, add });
  return key;
}

/** @returns whether the dataset was not registered before */
async function register(department: Department, dataset: Code): Promise<boolean> {
  const names = {
    zh: { value: "现场上报（演示）", validFrom: todayUtc() },
    en: { value: "Reports from the street (demonstration)", validFrom: todayUtc() },
  };
  const parent = codeOf(dataset.slice(0, dataset.lastIndexOf("/")));
  const { client, hand } = department;
  const isParentThere = await isChild(client, hand.issuer, parent);
  if (isParentThere && (await isChild(client, parent, dataset))) return false;
  const own = { code: dataset, kind: "dataset" as const, names };
  const above = isParentThere ? [] : [{ code: parent, kind: "class" as const, names }];
  await act(department, { op: "register", items: [...above, own] });
  return true;
}

/** By the list, which is an answer also where there is none. */
async function isChild(client: Client, above: string, code: Code): Promise<boolean> {
  for await (const child of client.everyChild(above)) if (child.code === code) return true;
  return false;
}

async function isDescribed(client: Client, dataset: Code, { origin }: OpenedLog): Promise<boolean> {
  const known = await client.dataset(dataset).catch((problem: unknown) => {
    if (problem instanceof ApiProblem && problem.code === "DATA_NO_LOG") return undefined;
    throw problem;
  });
  return known?.log.origin === origin;
}

/** With it the node anchors the log; it counts for this dataset alone. */
async function giveNodeItsKey(
  department: Department,
  dataset: Code,
  { gateway }: OpenedLog,
): Promise<void> {
  const { record } = await department.client.record(dataset);
  if (record.holds.includes("data")) return;
  const key = { key: gateway, uses: ["data" as const], label: "node", scope: { under: dataset } };
  const { control: prev } = await heads(department.client, dataset);
  await act(department, { op: "keys", code: dataset, prev, add: [key] });
}

async function describe(
  department: Department,
  dataset: Code,
  { origin, vkeys, url }: OpenedLog,
): Promise<void> {
  const { op: prev } = await heads(department.client, dataset);
  await act(department, {
    ...{ op: "dataset", code: dataset, prev, licence: "none", contact: "tour" },
    title: { zh: "现场上报", en: "Reports from the street" },
    log: { origin, vkeys, url },
  });
}

async function act(
  { client, hand, ledger }: Department,
  operation: Parameters<typeof sign>[1],
): Promise<void> {
  await submitSigned(client, await sign(hand, operation, ledger));
}

/** The client that signs its requests as the department. */
async function speaking({ client, hand: { issuer, signer } }: Department): Promise<Client> {
  const { record } = await client.record(issuer);
  return client.as({ signer, holder: `${issuer}#${record.generation}` });
}

async function heads(client: Client, code: string) {
  const { record } = await client.record(code);
  const [op, control] = [fromHex(record.op), fromHex(record.control)];
  if (op === undefined || control === undefined) throw new Error(`${code} has no heads`);
  return { op, control };
}
