import {
  type CborKeyedMap,
  type CborValue,
  type Code,
  composeEntry,
  type Dataset,
  decodeCbor,
  encodeCbor,
  encodeEntry,
  encodeObservations,
  type Fact,
  factNumber,
  fromHex,
  isCborMap,
  type Observation,
  observationsRoot,
  pictureType,
  present,
  SALT_BYTES,
  sha256,
} from "../core/index.ts";
import type { Base64, Hex, Page, Paging, Time } from "./json.ts";
import type { PlatesAnswer } from "./plates.ts";
import type { Signer } from "./signer.ts";
import type { Transport } from "./transport.ts";

/** What is said of one thing at one time, by name. */
export type Said = { readonly [name: string]: CborValue };

/** An entry that was signed, with what lies beside it: as it is sent, and can wait. */
export type SignedEntry = {
  readonly entry: Uint8Array;
  /** Observations, encoded, with their salts. */
  readonly facts: Uint8Array;
  readonly files: readonly Uint8Array[];
};

/** Gives each thing that is said a salt of its own, and puts it in its place. */
export function makeObservation(said: Said): Observation {
  return Object.entries(said)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]): Fact => {
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      return { salt, name, value };
    });
}

/** What a JSON object says; `undefined` for what is none, or holds what a fact cannot. */
export function saidFromJson(value: unknown): Said | undefined {
  const said = fromJson(value);
  return isCborMap(said) && Object.keys(said).length > 0 ? (said as Said) : undefined;
}

function fromJson(value: unknown): CborValue | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? factNumber(value) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.map(fromJson).filter((each) => each !== undefined);
    return items.length === value.length ? items : undefined;
  }
  const entries = Object.entries(value).map(([name, each]) => [name, fromJson(each)] as const);
  return entries.every(([, each]) => each !== undefined) ? Object.fromEntries(entries) : undefined;
}

/** How a fact names a file that goes with its entry; `undefined` for what is no picture that is taken. */
export function fileValue(bytes: Uint8Array): CborValue | undefined {
  const type = pictureType(bytes);
  return type === undefined ? undefined : { sha256: sha256(bytes), type, bytes: bytes.length };
}

/** Signs observations as one entry. The signer's key needs the use `data`. @param audience origin of the dataset's log */
export async function signEntry(
  {
    source,
    audience,
    iatSeconds,
    signer,
  }: {
    readonly source: Code;
    readonly audience: string;
    readonly iatSeconds: number;
    readonly signer: Signer;
  },
  observations: readonly Observation[],
  files: readonly Uint8Array[] = [],
): Promise<SignedEntry> {
  const counted = { count: observations.length, root: observationsRoot(observations) };
  const unsigned = composeEntry({ source, audience, iatSeconds, ...counted }, signer);
  const entry = encodeEntry(unsigned, await signer.sign(unsigned.message));
  return { entry, facts: encodeObservations(observations), files };
}

/** Where the node would keep the log of a dataset, with what its owner needs to name it and to anchor its beginning. */
export type OpenedLog = {
  readonly reference: string;
  readonly origin: string;
  readonly vkeys: readonly string[];
  readonly url: string;
  /** The node's own key for the dataset. */
  readonly gateway: CborKeyedMap;
  /** A checkpoint of the log. */
  readonly checkpoint: string;
  /** From entry 0 to it. */
  readonly path: readonly Uint8Array[];
};

/** That an entry stands in the log of its dataset. */
export type EntryReceipt = {
  readonly dataset: string;
  readonly log: string;
  readonly index: number;
  readonly hash: Hex;
  readonly received: Time;
  /** tlog-proof; whoever holds it keeps the entry. */
  readonly receipt: string;
};

export type FactJson =
  | { readonly name: string; readonly value: unknown; readonly fact: Base64 }
  | { readonly leaf: Base64 };

export type EntryJson = {
  readonly index: number;
  readonly office: string;
  readonly received: Time;
  /** How many; to those who may see something of it, what they say, and the hash of what is not shown. */
  readonly observations: number | readonly (readonly FactJson[] | { readonly leaf: Base64 })[];
  readonly source?: string;
  readonly kid?: Hex;
  readonly signed?: Time;
  readonly entry?: Base64;
};

export type DatasetJson = Omit<Dataset, "op" | "code" | "prev" | "log"> & {
  readonly code: string;
  readonly reference: string;
  readonly log: {
    readonly origin: string;
    readonly vkeys: readonly string[];
    readonly url: string;
    readonly op: Hex;
    readonly genesis?: Hex;
  };
  /** Absent where another node keeps the log. */
  readonly entries?: number;
  /** Id of the grant that opens it to everybody; said in lists. */
  readonly open?: Hex;
};

/** Which of an observation; all that is shown where no names are given. */
export type FactsAsked = { readonly observation?: number; readonly names?: readonly string[] };

/** Which part of a dataset, as answers have it: times as text. */
type ScopeJson = {
  readonly actions: readonly ("read" | "subscribe" | "export")[];
  readonly attributes?: readonly string[];
  readonly area?: readonly [number, number, number, number];
  readonly time?: { readonly since?: Time; readonly before?: Time };
  readonly until?: Time;
};

export type AccessRequestJson = ScopeJson & {
  readonly id: Hex;
  readonly op: Hex;
  readonly code: string;
  readonly dataset: string;
  readonly log: string;
  readonly purpose: string;
  readonly at: Time;
  /** Id of the newest grant that answers it, in force or not. */
  readonly grant?: Hex;
  /** Whether one in force does. */
  readonly answered: boolean;
};

export type GrantJson = ScopeJson & {
  readonly id: Hex;
  readonly op: Hex;
  readonly dataset: string;
  readonly log: string;
  /** A code, or `*`: everybody. */
  readonly to: string;
  readonly request?: Hex;
  readonly purpose?: string;
  readonly at: Time;
  readonly revoked?: { readonly op: Hex; readonly at: Time; readonly reason: string };
  readonly inForce: boolean;
  /** Why it is not. */
  readonly end?: "revoked" | "expired" | "dataset" | "log" | "grantee";
};

/** What was read under one grant in one second. */
export type AccessNoteJson = {
  readonly index: number;
  readonly received: Time;
  readonly grant: Hex;
  readonly to: string;
  readonly what: readonly string[];
  readonly requests: number;
  readonly count: number;
  readonly time: Time;
};

/** `code`: either side; `open`: grants in force, requests that none of them answers. */
export type AgreementFilter = {
  readonly code?: string;
  readonly side?: "dataset" | "asking";
  readonly open?: 1;
};

export type DatasetFilter = { readonly q?: string; readonly under?: string; readonly open?: 1 };

/** Which rows of a dataset are wanted, and what of them. */
export type ExportAsked = {
  readonly format?: "parquet" | "csv" | "geojson" | "ndjson";
  /** `entities`: things as they are now, instead of what was said of them one after the other. */
  readonly of?: "observations" | "entities";
  readonly since?: Time;
  readonly before?: Time;
  /** West, south, east, north in degrees. */
  readonly bbox?: string;
  readonly attributes?: readonly string[];
  /** How many entries of the log it covers. */
  readonly size?: number;
  readonly grant?: Hex;
};

/** A table, or the proof of one, as it comes: read it to its end. */
export type ExportStream = {
  readonly body: ReadableStream<Uint8Array>;
  /** Entries of the log that it covers. */
  readonly size: number;
};

export type Data = {
  datasets(filter?: DatasetFilter, paging?: Paging): Promise<Page<DatasetJson>>;
  accessRequests(filter?: AgreementFilter, paging?: Paging): Promise<Page<AccessRequestJson>>;
  accessRequest(id: Hex): Promise<AccessRequestJson>;
  grants(filter?: AgreementFilter, paging?: Paging): Promise<Page<GrantJson>>;
  grant(id: Hex): Promise<GrantJson>;
  /** Who read what, newest first: the owner sees all of it, a grantee its own. */
  accesses(dataset: string, paging?: Paging): Promise<Page<AccessNoteJson>>;
  dataset(code: string): Promise<DatasetJson>;
  /** Finds or makes the log of a dataset of one's own, which may not be registered yet. */
  openDatasetLog(code: string): Promise<OpenedLog>;
  /** Sends an entry; sent again it gets the same place. */
  sendEntry(dataset: string, signed: SignedEntry): Promise<EntryReceipt>;
  datasetEntries(dataset: string, paging?: Paging): Promise<Page<EntryJson>>;
  datasetEntry(dataset: string, index: number): Promise<EntryJson>;
  /** A file from facts up to the ledger, as text to keep. */
  factsProof(dataset: string, index: number, asked?: FactsAsked): Promise<string>;
  eraseFacts(dataset: string, index: number, asked?: FactsAsked): Promise<void>;
  /** The plates of a code that were scanned in place; asked as the owner of a dataset, with its own entries. */
  plates(code: string): Promise<PlatesAnswer>;
  exportTable(dataset: string, asked?: ExportAsked): Promise<ExportStream>;
  /** The proof of the same table: lines for `cityid verify`. */
  exportProof(dataset: string, asked?: Omit<ExportAsked, "of">): Promise<ExportStream>;
  /** A file that the facts of an entry name; `strip` leaves its metadata out. */
  entryFile(dataset: string, index: number, sha256: Hex, strip?: boolean): Promise<Uint8Array>;
};

export function createData(transport: Transport): Data {
  const { send, get } = transport;
  const one = (code: string) => `/v1/datasets/${encodeURIComponent(code)}`;
  const query = ({ observation, names }: FactsAsked) => ({
    ...(observation !== undefined && { observation }),
    ...(names !== undefined && { names: names.join(",") }),
  });
  return {
    datasets: (filter = {}, paging = {}) => get("/v1/datasets", { ...filter, ...paging }),
    accessRequests: (filter = {}, paging = {}) => get("/v1/requests", { ...filter, ...paging }),
    accessRequest: (id) => get(`/v1/requests/${id}`),
    grants: (filter = {}, paging = {}) => get("/v1/grants", { ...filter, ...paging }),
    grant: (id) => get(`/v1/grants/${id}`),
    accesses: (dataset, paging = {}) => get(`${one(dataset)}/accesses`, paging),
    dataset: (code) => get(one(code)),
    openDatasetLog: async (code) => {
      const call = { body: new Uint8Array(0), idempotent: true };
      const answer = (await (await send("POST", `${one(code)}/log`, call)).json()) as OpenedJson;
      const decoded = decodeCbor(bytesOf(answer.gateway));
      const gateway = present(decoded.ok ? decoded.value : undefined, "a key") as CborKeyedMap;
      return { ...answer, gateway, path: answer.path.map(bytesOf) };
    },
    sendEntry: async (dataset, { entry, facts, files }) => {
      const body = encodeCbor(files.length > 0 ? { entry, facts, files } : { entry, facts });
      const call = { body, type: "application/cbor", idempotent: true };
      return (await (await send("POST", `${one(dataset)}/entries`, call)).json()) as EntryReceipt;
    },
    datasetEntries: (dataset, paging = {}) => get(`${one(dataset)}/entries`, paging),
    datasetEntry: (dataset, index) => get(`${one(dataset)}/entries/${index}`),
    factsProof: async (dataset, index, asked = {}) => {
      const path = `${one(dataset)}/entries/${index}/proof`;
      return (await send("GET", path, { query: query(asked) })).text();
    },
    eraseFacts: async (dataset, index, asked = {}) => {
      await send("DELETE", `${one(dataset)}/entries/${index}/facts`, { query: query(asked) });
    },
    exportTable: async (dataset, asked = {}) =>
      streamOf(await send("GET", `${one(dataset)}/export`, { query: exported(asked) })),
    exportProof: async (dataset, asked = {}) =>
      streamOf(await send("GET", `${one(dataset)}/export/proof`, { query: exported(asked) })),
    plates: (code) => get(`/v1/codes/${encodeURIComponent(code)}/plates`),
    entryFile: async (dataset, index, sha256, strip = false) => {
      const path = `${one(dataset)}/entries/${index}/files/${sha256}`;
      const answer = await send("GET", path, strip ? { query: { strip: 1 } } : {});
      return new Uint8Array(await answer.arrayBuffer());
    },
  };
}

type OpenedJson = Omit<OpenedLog, "gateway" | "path"> & {
  readonly gateway: Hex;
  readonly path: readonly Hex[];
};

function bytesOf(text: Hex): Uint8Array {
  return present(fromHex(text), "hex");
}

function exported({ attributes, ...asked }: ExportAsked) {
  return { ...asked, ...(attributes && { attributes: attributes.join(",") }) };
}

function streamOf(answer: Response): ExportStream {
  const size = Number(answer.headers.get("cityid-log-size"));
  return { body: present(answer.body ?? undefined, "a body"), size };
}
