import type { ServerRefusalCode } from "./refusal.ts";

/** What a code means to whoever meets it over HTTP. */
export type Row = {
  readonly status:
    | 400
    | 401
    | 403
    | 404
    | 405
    | 406
    | 409
    | 410
    | 413
    | 414
    | 415
    | 422
    | 429
    | 500
    | 502
    | 503
    | 504;
  readonly title: string;
  readonly remedy: string;
};

function row(status: Row["status"], title: string, remedy: string): Row {
  return { status, title, remedy };
}

const SIGN_AGAIN = "Sign the request as docs/spec/http.md §6 says, and send it once.";

/** Refusals of the server itself, in the order of problem/refusal.ts. */
export const SERVER_ROWS: Readonly<Record<ServerRefusalCode, Row>> = {
  HTTP_NOT_FOUND: row(404, "There is nothing here", "Look at /docs for what there is."),
  HTTP_METHOD: row(
    405,
    "This path does not take that method",
    "Use one of the methods in `allow`.",
  ),
  HTTP_REQUEST: row(
    400,
    "This cannot be read as a request of HTTP",
    "Write what is not ASCII in an address as the %XX of its UTF-8; a client does so where it is asked to (`curl --data-urlencode`).",
  ),
  HTTP_TARGET_SIZE: row(414, "The address is too long", "Ask for less in one request."),
  HTTP_PARAMETER: row(
    400,
    "A parameter of the query is wrong",
    "Correct the parameter `name` as `want` says.",
  ),
  HTTP_CURSOR: row(
    400,
    "That is no cursor of this list",
    "Use `next` of the page before as it is, or begin again without a cursor.",
  ),
  HTTP_TYPE: row(
    415,
    "The body has a type that this path does not take",
    "Send it with the Content-Type that `want` names.",
  ),
  HTTP_BODY_BROKEN: row(400, "The body broke off", "Send it again, whole. Nothing was taken."),
  HTTP_BODY_SIZE: row(413, "The body is too large", "Send it in parts of at most `max` bytes."),
  HTTP_BODY: row(400, "The body cannot be read", "Send what `want` says."),
  HTTP_FIELD: row(400, "A field of the body is wrong", "Correct the field `name` as `want` says."),
  HTTP_ITEMS: row(413, "Too many items in one request", "Send at most `max` items at a time."),
  HTTP_RATE: row(429, "Too many requests", "Wait `retryAfter` seconds."),
  HTTP_BUSY: row(
    503,
    "The node is busy; nothing was taken",
    "Send it again after `retryAfter` seconds.",
  ),
  HTTP_STALLED: row(
    503,
    "The validators decide nothing at the moment; what they were sent may still be taken",
    "Send the same bytes again after `retryAfter` seconds, and sign nothing anew: whoever asks again gets the receipt. Reads go on.",
  ),
  HTTP_STOPPED: row(
    503,
    "The ledger takes no writes at the moment",
    "Its operator finds the fault in the log of the node; reads go on.",
  ),
  LEDGER_CLOCK: row(
    503,
    "The clock of the node jumped, or the node lay still for long; it takes no writes",
    "Only its operator can go on: set the clock right and start the node again, with `cityid start --confirm-clock` where the time is true. Reads go on.",
  ),
  LEDGER_RESTORED: row(
    503,
    "The node was restored from a backup and takes no writes yet",
    "It goes on when all its witnesses have shown that they saw nothing newer; without them its operator makes sure, then `cityid start --confirm-restored`. Reads go on.",
  ),
  HTTP_FULL: row(503, "There is no room for more", "Try another member's node, or later."),
  HTTP_INTERNAL: row(
    500,
    "The node failed",
    "Tell the operator the `incident`; its cause is in the log of the node.",
  ),

  HTTP_SIGNATURE_MISSING: row(401, "This needs a signed request", SIGN_AGAIN),
  HTTP_SIGNATURE_FIELD: row(401, "A field of the signature is wrong", SIGN_AGAIN),
  HTTP_SIGNATURE_COVERAGE: row(
    401,
    "The signature does not cover enough",
    "Cover at least @method, @target-uri and, with a body, content-digest.",
  ),
  HTTP_SIGNATURE_CREATED: row(
    401,
    "The signature is not fresh",
    "Set the clock of this machine right, and sign again.",
  ),
  HTTP_SIGNATURE_EARLIER: row(401, "The node started after this was signed", SIGN_AGAIN),
  HTTP_SIGNATURE_NONCE: row(
    401,
    "The signature has no usable nonce",
    "Put fresh random text into `nonce`.",
  ),
  HTTP_SIGNATURE_REPLAYED: row(
    401,
    "This signed request was here before",
    "Sign each request anew, with a fresh nonce.",
  ),
  HTTP_SIGNATURE_DIGEST: row(
    401,
    "Content-Digest is not that of the body",
    "Compute it over the bytes that are sent.",
  ),
  HTTP_SIGNATURE_KEY: row(
    401,
    "The key cannot sign here",
    "Use an open key that this ledger shows, named as `<code>#<generation>/<kid>` or `member/<ID>/<kid>`.",
  ),
  HTTP_SIGNATURE_ALGORITHM: row(
    401,
    "The key is for another algorithm",
    "Leave `alg` out, or name that of the key.",
  ),
  HTTP_SIGNATURE_WRONG: row(
    401,
    "The signature is not right",
    "Sign the request as it is sent: method, whole URL, digest of the body.",
  ),
  HTTP_TOKEN_UNKNOWN: row(
    401,
    "This token is not, or no longer, good",
    "Ask for a new one at POST /v1/tokens.",
  ),
  HTTP_TOKEN_BOUND: row(
    403,
    "This token reads under one grant, and does nothing else",
    "Sign the request, or ask for a token without `grant`.",
  ),
  HTTP_TOKEN_SECONDS: row(400, "A token cannot last that long", "Ask for `min` to `max` seconds."),
  HTTP_FORBIDDEN: row(403, "The signer may not do this", "Use a key of whom `want` names."),

  RESOLVE_UNKNOWN: row(
    404,
    "No such code was ever issued here",
    "Check the spelling; `proof` proves the absence.",
  ),
  RESOLVE_GAZETTE: row(
    404,
    "A division of the gazette, to which no code was issued",
    "See its facts in `gazette`; it can apply for the code.",
  ),
  RESOLVE_RETIRED: row(
    410,
    "This code is retired",
    "Go to its successors, or ask with `at` for a day when it was in use.",
  ),
  RESOLVE_VOID: row(
    410,
    "This code was taken back: it was registered by mistake",
    "Ask who registered it for the right code.",
  ),
  RESOLVE_SUSPENDED: row(
    403,
    "This code is suspended: nobody is led to its links, and its keys do not count",
    "Read its record or its page; ask again when it is resumed.",
  ),
  RESOLVE_LINK: row(404, "The code has no link of this type", "Use one of the types in `known`."),
  RESOLVE_CHAIN: row(
    404,
    "No chain of proofs leads here",
    "Leave out `chain` where the ledger has no parent; else ask again when it is anchored there.",
  ),
  RESOLVE_FOLLOW_ADDRESS: row(
    502,
    "The code lives in another ledger, at an address that this node does not ask",
    "Ask the node at `url` yourself. The operator of this one can name networks of its own with `--follow-network`.",
  ),
  RESOLVE_FOLLOW_SILENT: row(
    504,
    "The code lives in another ledger, whose node did not answer in time",
    "Try again later, or ask the node at `url` yourself.",
  ),
  RESOLVE_FOLLOW_ANSWER: row(
    502,
    "The code lives in another ledger, whose node gave an answer that is none",
    "Ask the node at `url` yourself; its operator finds out what is wrong there.",
  ),
  RESOLVE_FOLLOW_PROOF: row(
    502,
    "What the node of another ledger answered is not proved by its delegation; it was not passed on",
    "Trust nothing that the node at `url` says of this code until `cityid verify` takes its proof.",
  ),
  RESOLVE_FOLLOW_STATUS: row(
    403,
    "The code lives in another ledger, and the code above it that was delegated does not count: it is suspended or has ended",
    "Read the record of the code that decides (`because`) here; ask again when it is resumed.",
  ),
  RESOLVE_ALIAS: row(
    404,
    "Nothing here has this number",
    "Check scheme and value; `city` narrows to one division.",
  ),

  INBOX_UNKNOWN: row(
    404,
    "There is no such application in this inbox",
    "Ask the node that it was sent to; applications are erased in time.",
  ),
  INBOX_EVIDENCE_UNKNOWN: row(
    404,
    "The application names no such evidence, or it has not arrived",
    "Use a `commit` of the application; send the file first.",
  ),
  INBOX_SIGNATURE: row(
    422,
    "The application is not signed by one of its own keys",
    "Sign it with a key that stands in it.",
  ),
  INBOX_NOT_AGE: row(
    422,
    "Evidence comes encrypted",
    "Encrypt it to the member's recipient in the age format.",
  ),
  OPENING_HASH: row(
    422,
    "These bytes are not what the commitment was made of",
    "Send the bytes whose SHA-256 is the commitment.",
  ),
  OPENING_SHAPE: row(
    422,
    "These bytes are no opening",
    "Send the deterministic CBOR of [salt, code, field, value].",
  ),
  OPENING_NOT_STATED: row(
    422,
    "The record holds no such commitment",
    "Put the commitment into the record first.",
  ),
  SEAL_BATCH_ROOT: row(
    422,
    "These are not the seals of the batch",
    "Send the leaf hashes of all its seals, in the order of their serials.",
  ),
  ENROL_FORM: row(
    422,
    "The invitation or the request is not in order",
    "Correct `field` as `want` says, or ask the office for a new invitation.",
  ),
  ENROL_EXPIRED: row(422, "The invitation has expired", "Ask the office for a new one."),
  GRANT_NONE: row(
    403,
    "Nothing of this dataset was granted to whoever asks",
    "Ask its owner: `cityid request`.",
  ),
  GRANT_ENDED: row(
    403,
    "The grant does not count here, or no more",
    "Look at it at GET /v1/grants/<id>, and ask its owner anew.",
  ),
  GRANT_ACTION: row(
    403,
    "The grant does not allow to do this",
    "Ask the owner of the dataset for a grant with this action.",
  ),
  NGSI_DATA: row(
    400,
    "The data is not as NGSI-LD has it",
    "Correct what stands at `path`, as `want` says.",
  ),
  NGSI_QUERY_BROAD: row(
    400,
    "The query asks for everything",
    "Give at least one of type, attrs, q and georel.",
  ),
  NGSI_UNKNOWN: row(404, "There is no such entity, attribute or subscription", "Look at the list."),
  NGSI_PARAMETER: row(
    400,
    "This operation has no such parameter, or no such word for it",
    "Leave the parameter `name` out, or give it as `want` says.",
  ),
  NGSI_ACCEPT: row(406, "There is no such form of the answer", "Accept what `want` names."),
  NGSI_EXISTS: row(409, "It is there already", "Update it, or choose another id."),
  NGSI_TENANT: row(
    404,
    "There is no such dataset for this reader",
    "Name in NGSILD-Tenant the code of a dataset of this node that you may see.",
  ),
  NGSI_ENDPOINT: row(
    400,
    "Nothing is sent to that address",
    "Name an address of the public internet by https or mqtts; the operator can allow networks of its own with `--notify-network`.",
  ),
  NGSI_UNSUPPORTED: row(
    422,
    "This node does not offer that part of NGSI-LD",
    "Ask the node of each dataset itself: none asks others in its place.",
  ),
  NGSI_CONTEXT_FORM: row(
    400,
    "The context cannot be read",
    "Give contexts of JSON-LD 1.1 or their addresses, in a Link field or in `@context`, not in both.",
  ),
  NGSI_CONTEXT_LOST: row(
    503,
    "The context behind `url` cannot be had",
    "Ask the operator to allow its host (CITYID_CONTEXT_HOSTS), or send the context itself.",
  ),
  DATA_LOG_UNKNOWN: row(
    404,
    "This node does not keep the log of that dataset",
    "Ask the node that the dataset names in `log.url`.",
  ),
  DATA_RESTORED: row(
    503,
    "The log was brought back from a backup, and takes nothing yet",
    "Its node's operator says that nobody has seen a newer state: cityid start --confirm-restored.",
  ),
  DATA_ENTRY_UNKNOWN: row(404, "There is no such entry", "Look at the list of entries."),
  DATA_FILE_UNKNOWN: row(
    404,
    "There is no such file in this entry",
    "Ask for one that its facts name and that was not erased.",
  ),
  DATA_FACT_UNKNOWN: row(
    404,
    "The observation shows no fact of that name",
    "Ask for facts that it has and that were not erased.",
  ),
  DATA_SCHEMA: row(
    400,
    "The dataset is strict, and what was said does not fit",
    "Make `name` of `observation` what `want` says, or ask the owner to add it to the dictionary.",
  ),
  DATA_BOUNDARY: row(
    400,
    "The place lies outside the area of the dataset's owner",
    "Correct the place of `observation`, or send it to whoever is responsible there.",
  ),
  DATA_PLATE_SCANS: row(
    409,
    "So many scans of this code's plates are kept already",
    "Let the owner erase those that are of no use any more.",
  ),
  DATA_FILE_MISSING: row(
    422,
    "A file that the facts name was not sent",
    "Send it in the same request.",
  ),
  DATA_FILE_UNNAMED: row(
    422,
    "A file was sent that no fact names",
    "Send only files whose SHA-256 stands in the facts that were signed.",
  ),
  DATA_FILE_COUNT: row(413, "Too many files in one entry", "Send at most `max`."),
  DATA_FILE_SIZE: row(
    413,
    "A file is too large",
    "Send a smaller picture, of at most `max` bytes.",
  ),
  DATA_FILE_TYPE: row(
    415,
    "A file is not of the type that its fact says",
    "Send JPEG, PNG or WebP, and name its type in the fact.",
  ),
  OPENING_UNKNOWN: row(404, "This node keeps no such opening", "Ask the holder of the record."),

  WITNESS_BODY: row(
    400,
    "This is no request to cosign a checkpoint",
    "Write it as c2sp.org/tlog-witness has it; `part` and `line` say where.",
  ),
  WITNESS_ORIGIN: row(
    404,
    "This witness was not told of the log",
    "Ask its operator: `cityid witness add` with the policy of the ledger.",
  ),
  WITNESS_SIGNATURE: row(
    403,
    "No key that the witness knows of this log signed the checkpoint",
    "Sign it with the log's key; after a rotation tell the operator of the witness.",
  ),
  WITNESS_OLD_SIZE: row(
    400,
    "The old size is beyond the checkpoint",
    "Begin the proof at the size of an earlier checkpoint.",
  ),
  WITNESS_SIZE: row(
    409,
    "The witness is at another size",
    "Send it again with a proof from the size in the answer.",
  ),
  WITNESS_ROOT: row(
    409,
    "The witness cosigned another root of this size",
    "Find out who else writes this log: its key signed two branches.",
  ),
  WITNESS_PROOF: row(
    422,
    "The log did not grow from what the witness saw",
    "Send the consistency proof from the old size; if it is right, the log has two branches.",
  ),
  WITNESS_MEMORY: row(
    503,
    "The witness cannot read what it remembers of this log",
    "Its operator looks after the disk; until then it cosigns nothing of this log.",
  ),
};
