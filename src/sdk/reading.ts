import type { Base64, Hex, Page, Paging } from "./json.ts";
import { NodeUnreachable } from "./problem.ts";
import type {
  ChildrenAnswer,
  ClassJson,
  DecisionJson,
  EntryAnswer,
  EntrySummary,
  GazetteJson,
  HistoryItem,
  KeyJson,
  LogFilter,
  ManifestAnswer,
  ManifestJson,
  MemberJson,
  NodeAnswer,
  ParamJson,
  RecordAnswer,
  RegistrationJson,
  SearchAnswer,
  SearchFilter,
  StatsAnswer,
  Summary,
  ValidatorJson,
} from "./shapes.ts";
import type { Query, Transport } from "./transport.ts";

/** As of which day, and as the ledger knew it when (a log size, or RFC 3339). */
export type AsOf = { readonly at?: string; readonly known?: string | number };

export type GazetteFilter = { readonly under?: string; readonly q?: string; readonly at?: string };

export type DecisionFilter = {
  readonly state?: "open" | "executed" | "rejected" | "expired";
  readonly kind?: string;
  readonly code?: string;
};

/** Everything public that a node answers. What it says is the node's word until a proof of it is verified. */
export type Reading = {
  node(): Promise<NodeAnswer>;
  stats(): Promise<StatsAnswer>;
  /** @throws ApiProblem `RESOLVE_UNKNOWN`, `RESOLVE_GAZETTE` */
  record(code: string, options?: AsOf & { readonly ancestors?: 1 }): Promise<RecordAnswer>;
  search(filter: SearchFilter, paging?: Paging): Promise<SearchAnswer>;
  history(code: string, paging?: Paging): Promise<Page<HistoryItem> & { readonly code: string }>;
  /**
   * The whole history in pages that prove themselves, mostly one: for `verifyHistoryPages`, or to keep, a line each. Where the
   * record came from another ledger, the last ones are asked of that one's node.
   */
  historyProof(code: string): AsyncGenerator<string, void, undefined>;
  /** One page, not checked: `children` of the client is. */
  childrenPage(
    code: string,
    paging?: Paging & { readonly start?: number; readonly proof?: 1 },
  ): Promise<ChildrenAnswer>;
  /** `holder`: a code, or `member/<ID>`. */
  keys(holder: string, options?: Paging & { readonly generation?: number }): Promise<Page<KeyJson>>;
  /** The proof of a value or of its absence, as text to keep. */
  proof(key: string, options?: ProofOptions): Promise<string>;
  /** The chain of proofs of a code that lives in a ledger below this one: the node asks there and passes it on. */
  followed(code: string): Promise<string>;
  entry(hash: Hex): Promise<EntryAnswer>;
  entryBytes(hash: Hex): Promise<Uint8Array>;
  log(filter?: LogFilter, paging?: Paging): Promise<Page<EntrySummary>>;
  decisions(filter?: DecisionFilter, paging?: Paging): Promise<Page<DecisionJson>>;
  decision(id: Hex): Promise<DecisionJson>;
  gazette(filter?: GazetteFilter, paging?: Paging): Promise<Page<GazetteJson>>;
  gazetteOf(code: string): Promise<GazetteJson>;
  classes(paging?: Paging): Promise<Page<ClassJson>>;
  class(name: string): Promise<ClassJson>;
  manifests(paging?: Paging): Promise<Page<ManifestJson>>;
  manifest(id: Hex): Promise<ManifestAnswer>;
  registration(id: Hex): Promise<RegistrationJson>;
  members(paging?: Paging): Promise<Page<MemberJson>>;
  validators(paging?: Paging): Promise<Page<ValidatorJson>>;
  member(id: string): Promise<MemberJson>;
  params(): Promise<readonly ParamJson[]>;
  /** Codes that hold an alias: of one city, or of all. */
  alias(scheme: string, value: string, city?: string): Promise<readonly string[]>;
  checkpoint(): Promise<string>;
  /** A tile of hashes or a bundle of entries, by its path below `/log/`. */
  tile(path: string): Promise<Uint8Array>;
};

/** Values to prove beside the one asked for. */
export type ProofOptions = {
  /** All ancestors, and the registrations that effective status depends on. */
  readonly effective?: boolean;
  readonly more?: readonly string[];
  /** Of a ledger that was delegated out of another: with the proofs of those above, for `verifyProofChain`. */
  readonly chain?: boolean;
};

export function createReading(transport: Transport): Reading {
  const { get } = transport;
  const list = <T>(path: string, filter: Query = {}, paging: Query = {}) =>
    get<T>(path, { ...filter, ...paging });
  return {
    node: () => get("/.well-known/cityid"),
    stats: () => get("/v1/stats"),
    record: (code, options) => get(codePath(code), options),
    search: (filter, paging) => list("/v1/codes", filter, paging),
    history: (code, paging) => list(`${codePath(code)}/history`, {}, paging),
    historyProof: (code) => historyPages(transport, code),
    childrenPage: (code, paging) => list(`${codePath(code)}/children`, {}, paging),
    keys: (holder, options) => list(`${holderPath(holder)}/keys`, {}, options),
    proof: async (key, options) => {
      const response = await transport.send("GET", `/v1/proof${proofQuery(key, options)}`);
      return response.text();
    },
    followed: async (code) => {
      return (await transport.send("GET", codePath(code), { query: { follow: 1 } })).text();
    },
    entry: (hash) => get(`/v1/operations/${hash}`),
    entryBytes: async (hash) => {
      const headers = { accept: "application/cose" };
      return bytesOf(await transport.send("GET", `/v1/operations/${hash}`, { headers }));
    },
    log: (filter, paging) => list("/v1/operations", filter, paging),
    decisions: (filter, paging) => list("/v1/decisions", filter, paging),
    decision: (id) => get(`/v1/decisions/${id}`),
    gazette: (filter, paging) => list("/v1/gazette", filter, paging),
    gazetteOf: (code) => get(`/v1/gazette/${encodeURIComponent(code)}`),
    classes: (paging) => list("/v1/classes", {}, paging),
    class: (name) => get(`/v1/classes/${encodeURIComponent(name)}`),
    manifests: (paging) => list("/v1/manifests", {}, paging),
    manifest: (id) => get(`/v1/manifests/${id}`),
    registration: (id) => get(`/v1/registrations/${id}`),
    members: (paging) => list("/v1/members", {}, paging),
    validators: (paging) => list("/v1/validators", {}, paging),
    member: (id) => get(`/v1/members/${encodeURIComponent(id)}`),
    params: async () => (await get<{ items: readonly ParamJson[] }>("/v1/params")).items,
    alias: (scheme, value, city) => findAlias(transport, scheme, value, city),
    checkpoint: async () => (await transport.send("GET", "/log/checkpoint")).text(),
    tile: async (path) => bytesOf(await transport.send("GET", `/log/${path}`)),
  };
}

/** All items of a list, page after page. */
export async function* everyItem<T>(
  page: (paging: Paging) => Promise<Page<T>>,
  limit = 1000,
): AsyncGenerator<T, void, undefined> {
  let cursor: string | undefined;
  do {
    const { items, next } = await page({ limit, ...(cursor === undefined ? {} : { cursor }) });
    yield* items;
    cursor = next;
  } while (cursor !== undefined);
}

function codePath(code: string): string {
  return `/v1/codes/${encodeURIComponent(code)}`;
}

function holderPath(holder: string): string {
  return holder.startsWith("member/")
    ? `/v1/members/${encodeURIComponent(holder.slice("member/".length))}`
    : codePath(holder);
}

function proofQuery(key: string, { effective, chain, more = [] }: ProofOptions = {}): string {
  const pairs = [["key", key], ...more.map((other) => ["more", other])];
  if (effective) pairs.push(["effective", "1"]);
  if (chain) pairs.push(["chain", "1"]);
  return `?${new URLSearchParams(pairs as [string, string][])}`;
}

async function findAlias(
  transport: Transport,
  scheme: string,
  value: string,
  city: string | undefined,
): Promise<readonly string[]> {
  const path = `/alias/${encodeURIComponent(scheme)}/${encodeURIComponent(value)}`;
  const headers = { accept: "application/json" };
  const codes: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const response = await transport.send("GET", path, { query: { city, cursor }, headers });
    if (response.status !== 300) {
      const target = new URL(response.headers.get("location") ?? "", transport.url);
      return [decodeURIComponent(target.pathname.slice(1))];
    }
    const { items, next } = (await response.json()) as Page<Summary>;
    codes.push(...items.map(({ code }) => code));
    if (next === undefined) return codes;
    cursor = next;
  }
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

/** A page's inclusion or range path, as the node writes it. */
export type PathJson = readonly Base64[];

/** A page, and the one that its `Link` leads to, up to `MAX_HOPS` times away from where the last one was. */
async function* historyPages(
  transport: Transport,
  code: string,
): AsyncGenerator<string, void, undefined> {
  let [here, hops] = [transport, 0];
  for (let path = `${codePath(code)}/history?proof=1`; ; ) {
    const response = await here.send("GET", path);
    if (response.ok) yield await response.text();
    const to = response.headers.get("location") ?? nextOf(response.headers.get("link"));
    if (to === undefined) return;
    const next = new URL(to, here.url + path).href;
    const isElsewhere = !next.startsWith(`${here.url}/`);
    if (isElsewhere || !response.ok) hops += 1;
    if (hops > MAX_HOPS) throw new NodeUnreachable(next, new Error("sent on too often"));
    if (isElsewhere) here = transport.to(new URL(next).origin);
    path = next.slice(here.url.length);
  }
}

/** A code has at most so many ancestors, each of which may have a ledger. */
const MAX_HOPS = 12;

function nextOf(link: string | null): string | undefined {
  return /^<([^>]*)>; rel="next"$/.exec(link ?? "")?.[1];
}
