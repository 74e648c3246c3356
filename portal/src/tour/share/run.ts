import { type Client, fromHex, hex, parsePolicy, readProblem, type Signed } from "cityid/sdk";
import { type FactsVerdict, verifyFacts } from "cityid/verify/data";
import type { SharedDataset } from "../../api/demo.ts";
import { type Hand, nowSeconds, sign, submitSigned } from "../../api/signing.ts";
import { codeOf } from "../codes.ts";

/** What is asked for, and the part of it that is granted: the wind stays with its owner. */
const ASKED = ["place", "precipitation", "temperature", "windSpeed"];
export const GRANTED = ["place", "precipitation", "temperature"] as const;

/** The readings are the first entry after the one that began the log. */
const READINGS_ENTRY = 1;
const DAY_SECONDS = 86_400;
const TOKEN_SECONDS = 3600;
const YEAR = "timerel=between&timeAt=2012-01-01T00:00:00Z&endTimeAt=2013-01-01T00:00:00Z";

/** With what the two sides act. */
export type Sides = {
  readonly client: Client;
  readonly send: typeof fetch;
  /** Origin of the ledger. */
  readonly ledger: string;
  readonly dataset: SharedDataset;
  readonly owner: Hand;
  readonly asker: Hand;
};

/** What both sides signed and did not end, by the ledger. */
export async function openAgreement(
  client: Client,
  { code: dataset }: SharedDataset,
  asker: string,
): Promise<{ readonly request?: string; readonly grant?: string }> {
  const filter = { code: asker, side: "asking" as const, open: 1 as const };
  const [grants, requests] = await Promise.all([
    client.grants(filter),
    client.accessRequests(filter),
  ]);
  const granted = newest(grants.items.filter((each) => each.dataset === dataset));
  if (granted?.request !== undefined) return { request: granted.request, grant: granted.id };
  // One that was granted once and then taken back is over.
  const asked = newest(
    requests.items.filter((each) => each.dataset === dataset && each.grant === undefined),
  );
  return asked === undefined ? {} : { request: asked.id };
}

function newest<T extends { readonly at: string }>(items: readonly T[]): T | undefined {
  return items.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1);
}

/** @returns the id of the request */
export async function askForAccess(sides: Sides, purpose: string): Promise<string> {
  const { client, ledger, dataset, asker } = sides;
  const { log } = await client.dataset(dataset.code);
  const operation = {
    ...{ op: "request" as const, code: codeOf(asker.issuer), dataset: codeOf(dataset.code) },
    ...{ log: log.origin, purpose, actions: ["read" as const], attributes: ASKED },
    until: nowSeconds() + 30 * DAY_SECONDS,
  };
  return submitted(client, await sign(asker, operation, ledger));
}

/** @returns the id of the grant */
export async function grantLess(sides: Sides, request: string): Promise<string> {
  const { client, ledger, dataset, owner } = sides;
  const { log } = await client.dataset(dataset.code);
  const operation = {
    ...{ op: "grant" as const, code: codeOf(dataset.code), log: log.origin },
    ...{ request: bytesOf(request), actions: ["read" as const], attributes: GRANTED },
    until: nowSeconds() + DAY_SECONDS,
  };
  return submitted(client, await sign(owner, operation, ledger));
}

export async function takeBack(sides: Sides, grant: string, reason: string): Promise<void> {
  const { client, ledger, dataset, owner } = sides;
  const operation = {
    ...{ op: "revoke" as const, code: codeOf(dataset.code), grant: bytesOf(grant), reason },
  };
  await submitSigned(client, await sign(owner, operation, ledger));
}

/** @returns the id of what was signed */
async function submitted(client: Client, signed: Signed): Promise<string> {
  await submitSigned(client, signed);
  return hex(signed.id);
}

function bytesOf(id: string): Uint8Array {
  const bytes = fromHex(id);
  if (bytes === undefined) throw new Error(`${id} is no id`);
  return bytes;
}

/** One value with its time, as NGSI-LD tells it. */
export type Reading = { readonly value: number; readonly time: string };

/** What the grantee read, on two surfaces, with one token. */
export type Read = {
  readonly token: string;
  readonly temperature: readonly Reading[];
  readonly precipitation: readonly Reading[];
  /** Names of attributes that NGSI-LD told. */
  readonly told: readonly string[];
  /** Of OGC API Features: how many features, and where the first is. */
  readonly matched: number;
  readonly place: readonly number[];
};

/** Reads as whoever was granted it. */
export async function readShared(sides: Sides, grant: string): Promise<Read> {
  const { send, dataset } = sides;
  const { token } = await (await speaking(sides)).token(TOKEN_SECONDS, grant);
  const entity = await json(send, temporalPath(dataset), token, dataset.code);
  const items = await json(send, featuresPath(dataset), token);
  const told = Object.keys(entity).filter((name) => !["id", "type"].includes(name));
  const [feature] = items.features as readonly { geometry: { coordinates: number[] } }[];
  return {
    ...{ token, told, matched: Number(items.numberMatched) },
    temperature: readingsOf(entity.temperature),
    precipitation: readingsOf(entity.precipitation),
    place: feature?.geometry.coordinates ?? [],
  };
}

export function temporalPath({ entity }: SharedDataset): string {
  return `/ngsi-ld/v1/temporal/entities/${entity}?${YEAR}&options=temporalValues`;
}

/** Of what lies around the place where the readings were made, as a map asks. */
export function featuresPath({ code }: SharedDataset): string {
  return `/ogc/collections/dataset.${code.replaceAll("/", "_")}/items?bbox=-123,47,-122,48&limit=10`;
}

function readingsOf(attribute: unknown): readonly Reading[] {
  const { values = [] } = (attribute ?? {}) as { values?: readonly [number, string][] };
  return values.map(([value, time]) => ({ value, time }));
}

async function json(
  send: typeof fetch,
  path: string,
  token: string,
  tenant?: string,
): Promise<{ readonly [name: string]: unknown }> {
  const response = await send(new URL(path, location.href), { headers: headersOf(token, tenant) });
  if (!response.ok) throw await readProblem(response);
  return (await response.json()) as { [name: string]: unknown };
}

function headersOf(token: string, tenant?: string): Record<string, string> {
  const headers = { accept: "application/json", authorization: `Bearer ${token}` };
  return tenant === undefined ? headers : { ...headers, "ngsild-tenant": tenant };
}

/** What a surface answered whom nothing is granted any more. */
export type Refused = { readonly path: string; readonly status: number; readonly code: string };

/** Asks again with the token that read a moment ago. @returns each answer, which should be a refusal */
export async function tryAgain(
  { send, dataset }: Sides,
  token: string,
): Promise<readonly Refused[]> {
  const asked = [
    [temporalPath(dataset), headersOf(token, dataset.code)],
    [featuresPath(dataset), headersOf(token)],
  ] as const;
  const answers: Refused[] = [];
  for (const [path, headers] of asked) {
    const response = await send(new URL(path, location.href), { headers });
    const { code } = response.ok ? { code: "" } : await readProblem(response);
    answers.push({ path: path.replace(/\?.*$/, ""), status: response.status, code });
  }
  return answers;
}

/** A reading with its proof, as this page checked it. */
export type Proved = {
  readonly text: string;
  readonly policy: string;
  readonly reading: Reading;
} & ({ readonly verdict: FactsVerdict } | { readonly code: string });

/**
 * Fetches the proof of one charted reading and checks it here: the fact up to the signature of its source, that up to the
 * log of the dataset, and that up to the ledger, under this node's policy.
 */
export async function proveReading(
  sides: Sides,
  { temperature }: Read,
  node: { readonly policy: string },
): Promise<Proved> {
  const { dataset } = sides;
  const hottest = temperature.reduce(
    (top, each, i) =>
      each.value > (temperature[top]?.value ?? Number.NEGATIVE_INFINITY) ? i : top,
    0,
  );
  const reading = temperature[hottest];
  if (reading === undefined) throw new Error("nothing was read");
  const asked = { observation: hottest, names: ["temperature", "time"] };
  const client = await speaking(sides);
  const text = await client.factsProof(dataset.code, READINGS_ENTRY, asked);
  const policy = parsePolicy(node.policy);
  const kept = { text, policy: node.policy, reading };
  if (!policy.ok) return { ...kept, code: policy.error.code };
  const options = { policy: policy.value, nowSeconds: nowSeconds(), maxAgeSeconds: Infinity };
  const verified = await verifyFacts(text, options);
  return verified.ok
    ? { ...kept, verdict: verified.value }
    : { ...kept, code: verified.error.code };
}

/** The client that signs its requests as whoever asked. */
async function speaking({ client, asker }: Sides): Promise<Client> {
  const { record } = await client.record(asker.issuer);
  const holder = `${asker.issuer}#${record.generation}`;
  return client.as({ signer: asker.signer, holder });
}
