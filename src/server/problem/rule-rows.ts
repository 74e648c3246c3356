import type { Refusal } from "../../core/index.ts";
import type { ReadRefusal } from "../../text/index.ts";
import type { Row } from "./rows.ts";

type RuleCode = Refusal["code"] | ReadRefusal["code"];

function row(status: Row["status"], title: string, remedy: string): Row {
  return { status, title, remedy };
}

const LOST_RACE = "Read it again, look at what changed, and sign the change anew on top of it.";
const ASK_AGAIN = "Fetch it again; if it stays so, do not trust who served it.";

// What only verifiers meet: a node answers it where somebody hands it in.
const PROOF = row(422, "A proof does not hold", ASK_AGAIN);
const NOTE = row(422, "A signed note is not in order", ASK_AGAIN);
const POLICY = row(
  422,
  "A trust policy is not in order",
  "Write it as c2sp.org/tlog-policy has it; `line` says where.",
);
const ENVELOPE = row(
  422,
  "This is no COSE_Sign1 of ours",
  "Encode the envelope as docs/spec/operations.md has it; the sdk and the command line do.",
);
const CBOR = row(
  400,
  "The bytes are no deterministic CBOR",
  "Encode by RFC 8949 §4.2.1; `offset` says where it shows.",
);
const KEY = row(
  422,
  "A key is not one that can be used here",
  "Send the public part of an Ed25519 or P-256 key as a COSE_Key, and nothing else.",
);
const PASSKEY = row(
  422,
  "What the passkey signed does not fit",
  "Sign the challenge of this operation on the site where the passkey was made.",
);
const SCAN_AGAIN = "Scan the plate again, or ask its owner for the digits as they were made.";
const SPELLING = "Correct it at `position`; `canonical`, where given, is the right spelling.";
const BADLY_SPELT = row(400, "This is no canonical code", SPELLING);

/** Refusals of the rules. Leaving one out is a compile error. */
export const RULE_ROWS: Readonly<Record<RuleCode, Row>> = {
  CBOR_DEPTH: CBOR,
  CBOR_INTEGER_RANGE: CBOR,
  CBOR_KEY_ORDER: CBOR,
  CBOR_KEY_TYPE: CBOR,
  CBOR_NOT_SHORTEST: CBOR,
  CBOR_TRAILING: CBOR,
  CBOR_TRUNCATED: CBOR,
  CBOR_TYPE: CBOR,
  CBOR_UTF8: CBOR,

  DATA_AUDIENCE: row(
    422,
    "The entry is for another dataset",
    "Sign it with the origin of this dataset's log as audience.",
  ),
  DATA_COUNT: row(
    422,
    "There are more or fewer observations than the entry says",
    "Send exactly those that were signed.",
  ),
  DATA_ENTRY: row(
    422,
    "This is no entry of a dataset",
    "Correct `field`: docs/spec/sharing.md says what an entry holds.",
  ),
  DATA_FACT: row(
    422,
    "A fact is not in order",
    "Correct the fact at `observation` and `fact` as `want` says, and sign anew.",
  ),
  DATA_FACTS_SIZE: row(413, "The facts are too large", "Sign them in several entries."),
  DATA_NO_LOG: row(
    404,
    "The ledger knows no dataset with a log under this code",
    "Check the code; its owner describes the dataset first (`cityid dataset create`).",
  ),
  DATA_PLATE: row(
    422,
    "The scan of a plate is not in order",
    "Make `field` what `want` says; docs/spec/sharing.md has the form.",
  ),
  DATA_PLATE_CODE: row(
    403,
    "The code of the plate is neither the source's nor the dataset owner's",
    "Send it to a dataset of the office that is responsible, as that office or one above it.",
  ),
  DATA_PLATE_SEAL: row(
    409,
    "The seal is for another generation of the code",
    "Scan the plate of the code as it is now; print one where there is none.",
  ),
  DATA_ROOT: row(
    422,
    "The facts are not those that were signed",
    "Send the facts with the salts that the entry was made of.",
  ),
  DATA_SOURCE: row(
    403,
    "The source has nothing to do with the owner of this dataset",
    "Name a source at, below or above the owner.",
  ),
  DATA_TIME: row(
    422,
    "The entry was signed too long ago, or in the future",
    "Set the clock of the device; entries wait seven days at most.",
  ),

  GRANT_ANSWERED: row(
    409,
    "A grant answers this request already",
    "Revoke that grant first, or wait for another request.",
  ),
  GRANT_EXPIRED: row(422, "It would be over before it begins", "Choose a later `until`."),
  GRANT_LIMIT: row(
    422,
    "Too many grants of this dataset to the same code are in force",
    "Revoke one of them first.",
  ),
  GRANT_LOG: row(
    409,
    "The dataset has another log by now",
    "Look at the dataset, and name the log `want`.",
  ),
  GRANT_REPEATED: row(
    409,
    "This very operation was taken before",
    "Look it up under its `id`, or sign anew.",
  ),
  GRANT_REQUEST_OTHER: row(
    422,
    "The request is about something else, or of somebody else",
    "Answer a request for this dataset by whoever holds the code now.",
  ),
  GRANT_REQUEST_UNKNOWN: row(422, "There is no such request", "Check its id."),
  GRANT_REVOKED: row(409, "The grant was revoked already", "There is nothing left to do."),
  GRANT_UNKNOWN: row(422, "The dataset has no such grant", "Check its id, and whose it is."),
  GRANT_WIDER: row(
    422,
    "A grant cannot give more than was asked for",
    "Narrow `field` to what the request says.",
  ),

  CHILD_ENTRY: row(
    422,
    "An import entry of a child ledger is malformed",
    "Make block 0 anew from the parent ledger.",
  ),
  CHILD_ORDER: row(
    422,
    "The import of a child ledger is out of order",
    "Make block 0 anew from the parent ledger.",
  ),
  CHILD_ROOT: row(
    422,
    "The import is not the one that the genesis commits to",
    "Take all import entries of this ledger, in their order.",
  ),
  CHILD_SUSPENDED: row(
    422,
    "Somebody above has a part of the subtree suspended",
    "Let who suspended it resume it, or end the delegation; then begin anew.",
  ),
  CHILD_VALUE: row(
    422,
    "An imported value does not fit",
    "Make block 0 anew from the parent ledger.",
  ),
  CODE_AIDC_FORM: row(
    400,
    "This is no AIDC message of a code",
    "Scan it again; it begins with the header of format 06 and the identifier 25S.",
  ),
  CODE_CASE: row(400, "A code has upper case only", "Use `canonical`."),
  CODE_CHARACTER: row(400, "A character that no code has", SPELLING),
  CODE_CHECK: row(
    400,
    "The check character does not match",
    "A character was misread: look again at the code and at what follows `*`.",
  ),
  CODE_CHECK_FORM: row(
    400,
    "One letter or digit follows `*`",
    "Leave out what follows, or type the one check character.",
  ),
  CODE_COUNTRY: row(400, "The country is not three digits", "Write it as ISO 3166-1 numeric: 156."),
  CODE_DID_FORM: row(
    400,
    "This is no did:web of a code",
    "Write did:web:<host>:<code with : for />.",
  ),
  CODE_DIVISION: row(
    400,
    "This is no division",
    "Write its GB/T 2260 code without the trailing 00 pairs.",
  ),
  CODE_DIVISION_SPELLING: row(400, "The division has another spelling", "Use `canonical`."),
  CODE_EMPTY_NODE: row(400, "A part of the code is empty", SPELLING),
  CODE_GBT2260: row(400, "This is no GB/T 2260 code", "Write six digits."),
  CODE_HOST: row(
    400,
    "This is no host",
    "Write a DNS name or IPv4 address in lower case, with a port where needed.",
  ),
  CODE_HYPHEN: row(400, "A hyphen cannot stand there", SPELLING),
  CODE_LENGTH: row(400, "The code is too long", "A code has at most `max` characters."),
  CODE_NODES: row(400, "Too many parts between dots", SPELLING),
  CODE_NODE_LENGTH: row(400, "A part of the code is too long", SPELLING),
  CODE_PARTS: row(400, "Too many slashes", "A code has a root, a class and an item."),
  CODE_ROOT: BADLY_SPELT,
  CODE_TYPED_LENGTH: row(400, "That is too long for a code", "Type the code alone."),
  CODE_UIC_DIGIT: row(400, "A UIC has digits only", "Correct it at `position`."),
  CODE_UIC_DIVISION: row(400, "The UIC names no division", "Check its first six digits."),
  CODE_UIC_LENGTH: row(400, "A UIC has 21 digits", "Write all of them, leading zeros included."),
  CODE_URN_FORM: row(400, "This is no URN of a code", "Write urn:ngsi-ld:<Type>:<code>."),
  CODE_URN_TYPE: row(
    400,
    "The type in the URN is not one",
    "Begin it with a letter; letters and digits follow.",
  ),

  COSE_ALGORITHM: row(
    422,
    "The key is for another algorithm",
    "Put the algorithm of the key into the header.",
  ),
  COSE_DER: row(422, "This is no DER signature", "Pass on what the authenticator returned."),
  COSE_KEY_LENGTH: KEY,
  COSE_KEY_MAP: KEY,
  COSE_KEY_MEMBERS: KEY,
  COSE_KEY_POINT: KEY,
  COSE_KEY_TYPE: KEY,
  COSE_PARTS: ENVELOPE,
  COSE_PAYLOAD: ENVELOPE,
  COSE_PROTECTED: ENVELOPE,
  COSE_SIGNATURE: ENVELOPE,
  COSE_SIGNATURE_WRONG: row(
    422,
    "The signature is not right",
    "Sign the Sig_structure of exactly these bytes with the key that `kid` names.",
  ),
  COSE_TAG: ENVELOPE,
  COSE_UNPROTECTED: ENVELOPE,
  COSE_WEBAUTHN: PASSKEY,
  COSE_WEBAUTHN_CLIENT: PASSKEY,
  COSE_WEBAUTHN_DATA: PASSKEY,
  COSE_WEBAUTHN_FLAGS: PASSKEY,
  COSE_WEBAUTHN_RP: PASSKEY,

  OP_AUDIENCE: row(
    422,
    "This was signed for another ledger",
    "Sign it for the ledger that `want` names.",
  ),
  OP_FIELD_LIMIT: row(
    422,
    "A field is over its limit",
    "Keep the field `path` within what `want` says.",
  ),
  OP_FIELD_MISSING: row(422, "A field is missing", "Add the field `path`."),
  OP_FIELD_TYPE: row(422, "A field has the wrong form", "Write the field `path` as `want` says."),
  OP_FIELD_UNKNOWN: row(422, "A field that does not belong there", "Leave out the field `path`."),
  OP_HEADER: row(422, "A header of the envelope is wrong", "Write the header as `want` says."),
  OP_IAT: row(
    422,
    "It was signed too long ago, or in the future",
    "Set the clock of the signing machine right, and sign again.",
  ),
  OP_NOT_AN_ENTRY: row(
    422,
    "This is neither an operation nor a chunk",
    "Send a tagged COSE_Sign1, or the entry of a chunk.",
  ),
  OP_SIZE: row(
    422,
    "The operation is too large",
    "Split it; bulk goes into a manifest with chunks.",
  ),

  AUTH_ISSUER: row(
    422,
    "Somebody else must sign this",
    "Sign it for the issuer that `want` names.",
  ),
  AUTH_KEY_CLASS: row(422, "The key is not for this class", "Use a key whose scope has the class."),
  AUTH_KEY_CLASSES: row(
    422,
    "The key is for certain classes, and did not sign for all that stands below",
    "Use the key that registered it, or one whose scope names no classes.",
  ),
  AUTH_KEY_CLOSED: row(422, "The key is closed", "Use an open key."),
  AUTH_KEY_UNDER: row(
    422,
    "The key is for another part of the tree",
    "Use a key whose scope covers `subject`.",
  ),
  AUTH_KEY_UNKNOWN: row(
    422,
    "The issuer has no such key",
    "Register the key first, or sign with one that the ledger shows.",
  ),
  AUTH_KEY_UNTIL: row(
    422,
    "The key has expired",
    "Use another key, or register this one anew under a new scope.",
  ),
  AUTH_KEY_USE: row(422, "The key is not for this", "Use a key with the use that `want` names."),
  AUTH_KEY_WIDER: row(
    422,
    "A key cannot give more than it has",
    "Narrow the new key, or sign with a wider one.",
  ),
  AUTH_MEMBER: row(
    422,
    "The signer is no active member",
    "Sign as an active member of the consortium.",
  ),
  AUTH_NEEDS_DECISION: row(
    422,
    "This needs several votes",
    "Propose it; `threshold` of `electorate` must agree.",
  ),
  AUTH_SIGNATURE: row(
    422,
    "The signature is not right",
    "Sign exactly these bytes with the key that `kid` names.",
  ),
  AUTH_WEBAUTHN: row(
    422,
    "Passkey and plain key were mixed up",
    "A passkey signs as one, other keys never do.",
  ),

  STATE_AFTER: row(
    409,
    "The code was issued before",
    "Name the last control operation of the retired record in `after`.",
  ),
  SEAL_CLAIM: row(400, "A claim of the seal is missing or malformed", SCAN_AGAIN),
  SEAL_DIGITS_LENGTH: row(400, "No bytes have so many digits", SCAN_AGAIN),
  SEAL_DIGITS_VALUE: row(400, "The digits stand for no bytes", SCAN_AGAIN),
  SEAL_HEADER: row(400, "A header of the seal is missing or malformed", SCAN_AGAIN),
  SEAL_LONG: row(400, "No seal has so many digits", SCAN_AGAIN),
  SEAL_NONE: row(
    400,
    "There is no seal in it",
    "Give the whole address: its last segment is 200 digits or more.",
  ),
  SEAL_SCHEME: row(
    400,
    "This is no address of a plate",
    "Do not open it: a plate's address begins with https.",
  ),
  SEAL_SIZE: row(400, "No seal is so long", SCAN_AGAIN),
  SEAL_TEXT_LENGTH: row(400, "The text is too long for a seal", SCAN_AGAIN),
  STATE_ALIAS_NOT_HELD: row(
    422,
    "The record does not hold this number",
    "Read the record for the numbers it holds.",
  ),
  STATE_ALIAS_TAKEN: row(
    409,
    "Another record holds this number",
    "Find it by the number, and remove it there first.",
  ),
  STATE_ANCHORED: row(
    409,
    "A checkpoint of this ledger was anchored before",
    "Prove that this one grew out of it, or say why its log begins anew.",
  ),
  STATE_ANCHOR_EARLY: row(
    409,
    "The last checkpoint is too fresh",
    "Wait a minute, and anchor the newest one.",
  ),
  STATE_ANCHOR_FIRST: row(
    409,
    "No checkpoint of this ledger was anchored yet",
    "Anchor the first one with the hash of entry 0, signed by those who govern.",
  ),
  STATE_ANCHOR_ORIGIN: row(
    422,
    "This is a checkpoint of another log",
    "Anchor a checkpoint of the log that the delegation names.",
  ),
  STATE_CLASS_UNKNOWN: row(422, "The class is not registered", "Register the class first."),
  STATE_DECISION_CLOSED: row(
    409,
    "The decision is closed",
    "Read the decision; propose anew where that makes sense.",
  ),
  STATE_DECISION_EXISTS: row(409, "The decision is open already", "Endorse it instead."),
  STATE_DECISION_EXPIRED: row(409, "The decision has expired", "Propose it anew."),
  STATE_DECISION_MOVED: row(
    409,
    "Others must decide this by now",
    "Propose it anew: keys were given to somebody nearer.",
  ),
  STATE_DECISION_UNKNOWN: row(422, "There is no such decision", "Check its id."),
  STATE_DATASET_LOG: row(
    422,
    "The keys are not those of the log",
    "Name the log's origin, other than that of this ledger, and keys that bear it.",
  ),
  STATE_DELEGATED: row(
    409,
    "The code lives in another ledger",
    "Send this to the ledger that `origin` names, at `url`.",
  ),
  STATE_DELEGATED_ALREADY: row(
    409,
    "The code is delegated already",
    "Change the delegation, or end it first.",
  ),
  STATE_DELEGATED_HERE: row(
    422,
    "A ledger cannot delegate to itself",
    "Name the log of the other ledger.",
  ),
  STATE_DELEGATION_LOG: row(
    422,
    "The policy does not name the log",
    "Add a `log` line whose key bears the name of the origin.",
  ),
  STATE_EXISTS: row(409, "The code exists already", "Read its record; update it instead."),
  STATE_FIELD_LIMIT: row(
    422,
    "The record would be over a limit",
    "Remove something of the field first.",
  ),
  STATE_KEYS_LIMIT: row(422, "The record has too many open keys", "Close keys that are not used."),
  STATE_KEY_EXISTS: row(
    409,
    "The key is, or was, registered there",
    "Make a new key: a closed one never returns.",
  ),
  STATE_KEY_NOT_OPEN: row(409, "The key is not open", "Read the keys of the holder."),
  STATE_KIND: row(422, "Such a record cannot stand there", "Choose a kind that its parent takes."),
  STATE_MEMBERS_LIMIT: row(422, "The consortium has too many members", "Let a member leave first."),
  STATE_MEMBERS_THRESHOLD: row(
    422,
    "Fewer members have a key for it than must agree",
    "Lower the threshold first, or add members.",
  ),
  STATE_MEMBER_INCOMPLETE: row(422, "A new member lacks something", "Give what `missing` names."),
  STATE_MEMBER_LEFT: row(409, "The member has left already", "There is nothing left to do."),
  STATE_MIXED_ISSUERS: row(
    422,
    "The items belong to different issuers",
    "Register them in one operation for each issuer.",
  ),
  STATE_NEEDS_NO_DECISION: row(422, "This needs no decision", "Submit the operation itself."),
  STATE_NOTHING_TO_DO: row(422, "It would change nothing", "Leave it out."),
  STATE_NOT_DATASET: row(
    422,
    "The code is no dataset",
    "Register a code of the kind `dataset` for it.",
  ),
  STATE_NOT_DELEGATED: row(
    409,
    "No log is known for this code",
    "Delegate it, or describe the dataset, first.",
  ),
  STATE_NOT_RECOVERING: row(409, "No recovery is under way", "Start one first."),
  STATE_NOT_SUSPENDED_BY: row(
    409,
    "It is not suspended by this signer",
    "Who suspended it, or an ancestor of it, must resume it.",
  ),
  STATE_POLICY_LOG: row(
    422,
    "The policy does not name the ledger's own log",
    "Add a `log` line with the vkey of this log, or name no log.",
  ),
  STATE_PREV: row(409, "Another change came first", LOST_RACE),
  STATE_RECOVERING: row(409, "A recovery is under way already", "Finish or cancel it first."),
  STATE_RECOVERY_EARLY: row(409, "The recovery cannot finish yet", "Wait until the delay is over."),
  STATE_RECOVERY_HELD: row(
    409,
    "The recovery cannot be cancelled while an ancestor has the record suspended",
    "Ask who suspended it.",
  ),
  STATE_REGISTRATION_CHANGED: row(
    409,
    "Something of this registration was changed since",
    "Retire the records one by one.",
  ),
  STATE_REGISTRATION_UNKNOWN: row(422, "There is no such registration", "Check its id."),
  STATE_REGISTRATION_VOID: row(
    409,
    "The registration was taken back already",
    "There is nothing left to do.",
  ),
  STATE_REPLAYED: row(
    409,
    "This registration was made before",
    "Read its records; sign anew to register others.",
  ),
  STATE_RETIRED: row(409, "The code is retired", "Use its successor."),
  STATE_SEALS_LIMIT: row(
    409,
    "The batches of this key leave too many gaps",
    "Log the batches that lie between, or go on with a new key.",
  ),
  STATE_SEALS_OVERLAP: row(
    409,
    "Serials of this batch stand in another one",
    "Make seals with serials that were not used yet.",
  ),
  STATE_SEAL_KEY: row(
    422,
    "It makes no seals for this record",
    "Name a key with the use `seal` that is the record's own, and no passkey.",
  ),
  STATE_SINCE: row(
    422,
    "A key cannot be compromised from a time to come",
    "Say since when the key is compromised.",
  ),
  STATE_SUCCEED_FORM: row(
    422,
    "Predecessors and successors do not fit",
    "Name them as `want` says.",
  ),
  STATE_SUCCEED_MIXED: row(
    422,
    "The records do not belong to one authority",
    "Let the authority of each decide.",
  ),
  STATE_SUCCESSOR_UNKNOWN: row(422, "A successor has no record", "Register the successor first."),
  STATE_SUSPENDED: row(409, "The code is suspended", "Who suspended it must resume it first."),
  STATE_SUSPENDED_ALREADY: row(
    409,
    "It is suspended by this signer already",
    "There is nothing left to do.",
  ),
  STATE_THRESHOLD: row(
    422,
    "Fewer keys would be left than must agree",
    "Add keys first, or lower the threshold.",
  ),
  STATE_UNKNOWN: row(422, "There is no such record", "Check the code."),
  STATE_UPGRADE_APP: row(
    422,
    "Rules change one version at a time",
    "Name the version that `want` says.",
  ),
  STATE_UPGRADE_HEIGHT: row(
    422,
    "The height is no longer to come",
    "Name a later one, and leave the operators time.",
  ),
  STATE_VALIDATORS_CHANGE: row(
    409,
    "Too many votes would change at once",
    "Let the next change come in a later block.",
  ),
  STATE_VALIDATORS_LIMIT: row(422, "The ledger has too many validators", "Let one leave first."),
  STATE_VALIDATORS_NONE: row(
    422,
    "No validator would be left to vote",
    "Add one that votes first.",
  ),
  STATE_VALIDATOR_INCOMPLETE: row(
    422,
    "A new validator lacks something",
    "Give what `missing` names.",
  ),
  STATE_VALIDATOR_KEY: row(409, "Another validator has this key", "Make keys of its own for each."),
  STATE_VALIDATOR_LEFT: row(409, "The validator has left already", "There is nothing left to do."),
  STATE_VALID_FROM: row(
    422,
    "A statement cannot begin in the future",
    "State it on the day that it begins.",
  ),
  STATE_VOID: row(409, "The registration of this code was taken back", "Register the code anew."),
  STATE_VOTED: row(409, "This vote was cast already", "The first vote stands."),
  STATE_VOTES_LIMIT: row(422, "The decision has taken too many votes", "Propose it anew."),

  ADMIT_GOVERN: row(
    422,
    "The application has no key that governs",
    "Give at least one key the use `govern`.",
  ),
  ADMIT_HELD: row(409, "The code is held already", "Read its record."),
  ADMIT_ISSUER: row(
    422,
    "The application is signed for another code",
    "Let `iss` be the code that is asked for.",
  ),
  ADMIT_KEY: row(
    422,
    "The application is not signed with a key of its own",
    "Sign it with a key that stands in it.",
  ),
  ADMIT_NOT_A_DIVISION: row(
    422,
    "Only divisions apply to the members",
    "Ask the holder of the parent to register it.",
  ),
  ADMIT_REPLAYED: row(409, "This application was admitted before", "Read the decision about it."),
  ADMIT_SIGNATURE: row(
    422,
    "The signature of the applicant is not right",
    "Let the applicant sign it again.",
  ),

  GAZETTE_ENDED: row(422, "The division has ended", "Apply for the code of its successor."),
  GAZETTE_FACTS_LIMIT: row(422, "Too many facts about one division", "Put facts together."),
  GAZETTE_OVERLAP: row(
    422,
    "Facts about a division overlap",
    "Let each begin where the one before ends.",
  ),
  GAZETTE_SPAN: row(422, "A fact ends before it begins", "Correct its dates."),
  GAZETTE_UNKNOWN: row(
    422,
    "The gazette does not list this division",
    "Have a member record its facts first.",
  ),

  BULK_CHUNKS: row(422, "The manifest has no such chunk", "Send chunks 0 to `chunks` − 1."),
  BULK_CHUNK_TAKEN: row(409, "This chunk was taken before", "Go on with the next one."),
  BULK_COUNT: row(
    422,
    "The chunks hold another number of items than the manifest says",
    "Make the manifest again from the same items.",
  ),
  BULK_ITEM_KIND: row(
    422,
    "An item does not fit what the manifest does",
    "Put registrations, updates and status changes into manifests of their own.",
  ),
  BULK_KEY_COMPROMISED: row(
    422,
    "The key of the manifest is closed as compromised",
    "Sign a new manifest with a sound key.",
  ),
  BULK_MANIFEST_UNKNOWN: row(
    422,
    "There is no such manifest",
    "Submit the manifest before its chunks.",
  ),
  BULK_MANIFEST_VOID: row(409, "The manifest was taken back", "Sign a new one."),
  BULK_NEARER: row(
    422,
    "Somebody nearer must decide about an item",
    "Leave the item to the holder that is named.",
  ),
  BULK_NOT_BELOW: row(
    422,
    "An item does not stand below the manifest's code",
    "Put it into a manifest of its own place.",
  ),
  BULK_NOT_A_THING: row(
    422,
    "Only things change their status in bulk",
    "Send the operation for this record alone.",
  ),
  BULK_REPLAYED: row(
    409,
    "This manifest was submitted before",
    "Send the chunks that are missing.",
  ),

  PROOF_BLOCK_ENTRY: PROOF,
  PROOF_FIRST_ROOT: PROOF,
  PROOF_INDEX: PROOF,
  PROOF_LENGTH: PROOF,
  PROOF_LINE: PROOF,
  PROOF_MAP_BITMAP_BEYOND: PROOF,
  PROOF_MAP_BITMAP_LAST: PROOF,
  PROOF_MAP_BITMAP_LENGTH: PROOF,
  PROOF_MAP_DEPTH: PROOF,
  PROOF_MAP_HASHES: PROOF,
  PROOF_MAP_HASH_EMPTY: PROOF,
  PROOF_MAP_OTHER_BESIDE_VALUE: PROOF,
  PROOF_MAP_OTHER_KEY: PROOF,
  PROOF_MAP_OTHER_PLACE: PROOF,
  PROOF_MAP_ROOT: PROOF,
  PROOF_RANGE: PROOF,
  PROOF_ROOT: row(
    422,
    "The chunk does not belong to its manifest",
    "Send the chunk with the path that leads to the manifest's root.",
  ),
  PROOF_SECOND_ROOT: PROOF,
  PROOF_SIZES: PROOF,

  CHECKPOINT_LINES: NOTE,
  CHECKPOINT_ORIGIN: NOTE,
  CHECKPOINT_ROOT: NOTE,
  CHECKPOINT_SIZE: NOTE,
  NOTE_CHARACTER: NOTE,
  NOTE_KEY_FORM: NOTE,
  NOTE_KEY_ID: NOTE,
  NOTE_KEY_LENGTH: NOTE,
  NOTE_KEY_TYPE: NOTE,
  NOTE_SEPARATOR: NOTE,
  NOTE_SIGNATURE: NOTE,
  NOTE_SIGNATURES: NOTE,
  NOTE_SIGNATURE_LENGTH: NOTE,
  NOTE_SIGNATURE_LINE: NOTE,
  NOTE_SIZE: NOTE,
  NOTE_TIME: NOTE,
  NOTE_UNSIGNED: NOTE,
  POLICY_CHARACTER: POLICY,
  POLICY_FUTURE: POLICY,
  POLICY_KEY: POLICY,
  POLICY_KEY_KIND: POLICY,
  POLICY_KEY_TWICE: POLICY,
  POLICY_LINE_END: POLICY,
  POLICY_LOG: POLICY,
  POLICY_MEMBER_TWICE: POLICY,
  POLICY_NAME_TWICE: POLICY,
  POLICY_NAME_UNKNOWN: POLICY,
  POLICY_QUORUM: POLICY,
  POLICY_QUORUM_LINES: POLICY,
  POLICY_SIZE: POLICY,
  POLICY_STATEMENT: POLICY,
  POLICY_THRESHOLD: POLICY,
  POLICY_WITNESS_OWN: row(
    422,
    "The policy lets the node witness itself",
    "Leave `witness` out: a witness is run by somebody else, with a key of their own.",
  ),
  TILE_PATH: row(404, "This is no path of a tile", "Write it as c2sp.org/tlog-tiles has it."),
};
