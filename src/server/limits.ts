// Every bound on what a request may hold or hold up. docs/spec/http.md lists them.

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Any body, unless its path says otherwise. */
export const MAX_BODY_BYTES: number = MIB;

/** Operations, and evidence of an application. */
export const MAX_BULK_BYTES: number = 16 * MIB;

/** Of bodies of more than 64 KiB of operations and evidence, what has arrived while the rest is awaited; beyond it 503. */
export const MAX_BODIES_BYTES: number = 256 * MIB;

/** Path and query together. */
export const MAX_TARGET_CHARACTERS: number = 8 * KIB;

/** Operations and chunks in one request. */
export const MAX_ITEMS_PER_REQUEST: number = 1000;

/** Requests whose operations wait for the ledger, and what they may hold before no more come; beyond it 503, and at most so many seconds until they are asked back. */
export const MAX_WRITES_WAITING: number = 1024;
export const MAX_WAITING_BYTES: number = 256 * MIB;
export const MAX_RETRY_SECONDS = 10;

/** Operations taken with `Prefer: respond-async` whose end is remembered. */
export const MAX_PENDING: number = 10_000;
/** Of one address; beyond it 429. */
export const MAX_PENDING_OF_ADDRESS: number = 1000;
export const PENDING_MILLISECONDS: number = 10 * MINUTE;

export const MAX_PAGE: number = 1000;
export const DEFAULT_PAGE: number = 100;

/** Features of one page of OGC API Features. */
export const MAX_FEATURES: number = 10_000;

/** What one page of a filtered list looks at before it says "go on from here". */
export const MAX_SCAN: number = 2000;
export const MAX_SCAN_BYTES: number = MIB;

/** Further map keys of one proof. */
export const MAX_MORE_KEYS: number = 16;

/** Of a page of a history with its proofs: links of its chains, and bytes of its entries, but for the last link. */
export const MAX_HISTORY_CHANGES: number = 2000;
export const MAX_HISTORY_BYTES: number = 8 * MIB;

/** Of `follow=1`: time for all that is asked of other nodes, bytes of an answer, ledgers below this one. */
export const FOLLOW_MILLISECONDS: number = 3 * SECOND;
export const MAX_FOLLOW_BYTES: number = MIB;
export const MAX_FOLLOW_LEDGERS = 4;

/** Codes that are followed at once, in all and into one ledger; beyond it 503. */
export const MAX_FOLLOWS = 32;
export const MAX_FOLLOWS_OF_LEDGER = 8;

/** What came of it is given again for so long, and as long as it fits in. */
export const FOLLOW_KEPT_MILLISECONDS: number = 5 * SECOND;
export const MAX_FOLLOW_KEPT_BYTES: number = 16 * MIB;

export const MAX_EVENT_STREAMS: number = 256;
export const MAX_EVENT_STREAMS_OF_ADDRESS = 64;
export const HEARTBEAT_MILLISECONDS: number = 15 * SECOND;

/** How far `created` of a signed request, or `iat` of a token request, may lie from our clock. */
export const SIGNED_REQUEST_SECONDS = 60;
export const MIN_NONCE_CHARACTERS = 16;
export const MAX_NONCE_CHARACTERS = 64;
export const MAX_NONCES: number = 200_000;
export const MAX_NONCES_OF_KEY: number = 50_000;

export const MIN_TOKEN_SECONDS = 600;
export const MAX_TOKEN_SECONDS: number = 24 * 3600;
export const MAX_TOKENS: number = 10_000;
export const MAX_TOKENS_OF_HOLDER: number = 1000;

export const MAX_APPLICATIONS: number = 10_000;
export const MAX_INBOX_BYTES: number = 16 * 1024 * MIB;
/** Of what came from one address: an office that applies for a whole province has room, and twenty of them together. */
export const MAX_APPLICATIONS_OF_ADDRESS = 500;
export const MAX_INBOX_BYTES_OF_ADDRESS: number = 1024 * MIB;
export const MAX_MESSAGES = 200;
export const MAX_MESSAGE_CHARACTERS = 4000;
export const MAX_CONTACT_CHARACTERS = 500;
export const APPLICATION_MILLISECONDS: number = 180 * DAY;

/** Leaf hashes of a batch of seals: 65 536 of them. */
export const MAX_BATCH_BYTES: number = 2 * MIB;

/** An opening: salt, code, field and a value that an operation could have held. */
export const MAX_OPENING_BYTES: number = 8 * KIB;

/** Keys that wait to be enrolled by one office. */
export const MAX_ENROLMENTS = 1000;

/** Exports that run at once, and of these to one address; one whose reader takes nothing for so long is broken off. */
export const MAX_EXPORTS = 8;
export const MAX_EXPORTS_OF_ADDRESS = 4;
export const EXPORT_STALL_MILLISECONDS: number = MINUTE;

/** Groups of one aggregate. */
export const MAX_GROUPS: number = 10_000;

/** Features, positions and bytes of a vector tile; what is beyond is left out. */
export const MAX_TILE_FEATURES = 5000;
export const MAX_TILE_POSITIONS: number = 100_000;
export const MAX_TILE_BYTES: number = MIB;

/** Subscriptions to a dataset's entities: of one holder, of all of the node, and a body that says one. */
export const MAX_SUBSCRIPTIONS_OF_HOLDER = 2000;
export const MAX_SUBSCRIPTIONS: number = 10_000;
export const MAX_SUBSCRIPTION_BYTES: number = 64 * KIB;

/** Entities that one notification tells of; more come in several. */
export const MAX_NOTIFIED_ENTITIES = 1000;

/** How long a receiver may take to answer where the subscription does not say, and what of its answer is read. */
export const NOTIFY_MILLISECONDS: number = 10 * SECOND;
export const MAX_NOTIFY_ANSWER_BYTES: number = 64 * KIB;

/** Connections of MQTT to this node at once, in all and from one address, and a packet on one of them: what is larger comes over HTTP. */
export const MAX_MQTT_CLIENTS = 1000;
export const MAX_MQTT_CLIENTS_OF_ADDRESS = 250;
export const MAX_MQTT_PACKET_BYTES: number = 256 * KIB;

/** Notifications under way at once, in all and to one host; and the same of those whose receiver did not answer the last time. */
export const MAX_NOTIFYING = 512;
export const MAX_NOTIFYING_HOST = 256;
export const MAX_NOTIFYING_SLOW = 64;
export const MAX_NOTIFYING_SLOW_HOST = 8;

/** Datasets beside the scratch dataset: as many as a run of tests names. */
export const MAX_SCRATCH_TENANTS = 64;

/** Entities of one map of a query: as many as are looked at for an order. Of all maps of the node, and their entities together: beyond it the oldest are forgotten. */
export const MAX_MAPPED = 10_000;
export const MAX_MAPS = 256;
export const MAX_MAPPED_IN_ALL = 500_000;
export const MAX_MAP_MILLISECONDS: number = 60 * MINUTE;

/** Grants of the ledger above: how long a value of it is taken as new, how many are kept, how many answers are awaited. */
export const ABOVE_FRESH_MILLISECONDS: number = 5 * SECOND;
export const MAX_ABOVE_VALUES = 4096;
export const MAX_ABOVE_FETCHES = 16;
