export type EngineSettings = {
  /** Name of this validator in the engine's log. */
  readonly name: string;
  /** Where its peers reach it: `127.0.0.1:26656`. */
  readonly listen: string;
  /** `id@host:port` of the others. */
  readonly peers: readonly string[];
  readonly pace: Pace;
  readonly stateSync?: StateSync;
};

/** How a validator that joins fetches a snapshot: by whose headers it is judged, and from which block on they are believed. */
export type StateSync = {
  /** Engines' RPC of at least two validators. */
  readonly servers: readonly string[];
  readonly height: number;
  /** Hash of the block of that height, upper-case hex. */
  readonly hash: string;
};

/** How long consensus waits: for a proposal to arrive, and for late votes after a block. */
export type Pace = {
  readonly proposeMilliseconds: number;
  readonly commitMilliseconds: number;
  /** How often an idle chain makes a block. */
  readonly idleMilliseconds?: number;
};

const IDLE_MILLISECONDS = 5000;

/** Between hosts a proposal takes longer to arrive than on one machine, and a vote too. */
export const PACES: { readonly [name in "wide" | "local"]: Pace } = {
  wide: { proposeMilliseconds: 3000, commitMilliseconds: 500 },
  local: { proposeMilliseconds: 1000, commitMilliseconds: 110 },
};

/** What `config.toml` calls the peers that this engine connects to by itself. */
export function peersIn(config: string): readonly string[] {
  const list = /^persistent_peers *= *"([^"]*)"/m.exec(config)?.[1] ?? "";
  return list.split(",").flatMap((peer) => /^ *([0-9a-f]{40})@/.exec(peer)?.[1] ?? []);
}

/** How often an idle chain makes a block, as `config.toml` has it in seconds or milliseconds. */
export function idleMillisecondsIn(config: string): number {
  const [, number, unit] = /^create_empty_blocks_interval *= *"(\d+)(ms|s)"/m.exec(config) ?? [];
  if (number === undefined) return IDLE_MILLISECONDS;
  return Number(number) * (unit === "s" ? 1000 : 1);
}

/**
 * `config.toml`: what differs from the engine's defaults, and why is in docs/operating.md. The sockets to the application
 * are given at the start, since the directory may have moved.
 */
export function engineConfig({ name, listen, peers, pace, stateSync }: EngineSettings): string {
  return `moniker = ${JSON.stringify(name)}
filter_peers = true
log_level = "error"
log_format = "json"

[rpc]
max_body_bytes = 2000000

[p2p]
laddr = ${JSON.stringify(`tcp://${listen}`)}
persistent_peers = ${JSON.stringify(peers.join(","))}
pex = false
addr_book_strict = false
allow_duplicate_ip = true
send_rate = 100000000
recv_rate = 100000000
flush_throttle_timeout = "1ms"

[mempool]
type = "flood"
recheck = false
size = 20000
cache_size = 40000
max_tx_bytes = 524288

[consensus]
timeout_propose = "${pace.proposeMilliseconds}ms"
timeout_commit = "${pace.commitMilliseconds}ms"
create_empty_blocks = true
create_empty_blocks_interval = "${pace.idleMilliseconds ?? IDLE_MILLISECONDS}ms"
peer_gossip_sleep_duration = "10ms"

${stateSync === undefined ? "" : stateSyncTable(stateSync)}[storage]
discard_abci_responses = true

[tx_index]
indexer = "null"
`;
}

function stateSyncTable({ servers, height, hash }: StateSync): string {
  return `[statesync]
enable = true
rpc_servers = ${JSON.stringify(servers.join(","))}
trust_height = ${height}
trust_hash = ${JSON.stringify(hash)}
trust_period = "168h0m0s"
discovery_time = "5s"

`;
}
