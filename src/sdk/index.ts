// cityid/sdk: builds and signs operations, talks to a node, checks what it says. Runs in Node and in browsers.

export type {
  Apply,
  Code,
  KeySpec,
  Manifest,
  Operation,
  PlateState,
  RegisterItem,
  UpdateItem,
} from "../core/index.ts";
export {
  type Checkpoint,
  checkCharacter,
  fromBase64,
  fromHex,
  hashLeaf,
  hex,
  parseCheckpoint,
  parseCode,
  parseResolverHost,
  parseTlogProof,
  type ResolverHost,
  type SealSegments,
  sealName,
  sealSegments,
} from "../core/index.ts";
export { type ReadCode, type ReadRefusal, readCode } from "../text/index.ts";
export * from "../verify/index.ts";
export { checkChildrenPage, type ProvenChildren } from "./children.ts";
export { type Client, createClient } from "./client.ts";
export {
  commitment,
  encodeOpening,
  freshSalt,
  type Opening,
  parseOpening,
} from "./commitment.ts";
export {
  type AccessNoteJson,
  type AccessRequestJson,
  type AgreementFilter,
  type Data,
  type DatasetFilter,
  type DatasetJson,
  type EntryJson,
  type EntryReceipt,
  type ExportAsked,
  type ExportStream,
  type FactJson,
  type FactsAsked,
  fileValue,
  type GrantJson,
  makeObservation,
  type OpenedLog,
  type Said,
  type SignedEntry,
  saidFromJson,
  signEntry,
} from "./data.ts";
export { type DescribeLanguage, describeOperation } from "./describe.ts";
export {
  type Enrolling,
  type EnrolmentJson,
  enrolledKey,
  readInvitation,
  signEnrolment,
  signInvitation,
} from "./enrolment.ts";
export type { EventsOptions } from "./events.ts";
export {
  openEvidence,
  type PreparedEvidence,
  prepareEvidence,
  sealEvidence,
} from "./evidence.ts";
export { type Comparison, compareCheckpoints, verifyGrowth } from "./growth.ts";
export type { Inbox } from "./inbox.ts";
export type { Base64, Hex, Json, Page, Paging, Time } from "./json.ts";
export {
  buildManifest,
  type Items,
  ItemsChanged,
  type ManifestPlan,
  type ManifestTerms,
  manifestChunks,
  planManifest,
} from "./manifest.ts";
export { type PlateEvidence, type PlateJson, type PlatesAnswer, plateSaid } from "./plates.ts";
export {
  ApiProblem,
  Elsewhere,
  type Facts,
  NodeUnreachable,
  ProofMismatch,
  readProblem,
} from "./problem.ts";
export type { Readiness } from "./readiness.ts";
export {
  type AsOf,
  type DecisionFilter,
  everyItem,
  type GazetteFilter,
  type ProofOptions,
  type Reading,
} from "./reading.ts";
export {
  batchOperation,
  inflateStatus,
  type MadeSeal,
  makeSeal,
  makeSeals,
  NoSealEvidence,
  readSealEvidence,
  type SealEvidenceJson,
  type Sealing,
  type SealSubject,
  type SealTerms,
} from "./seals.ts";
export type * from "./shapes.ts";
export {
  type Claims,
  type Signed,
  signApplication,
  signOperation,
  signToken,
  TOKEN_TYPE,
} from "./sign.ts";
export { type Freshness, type Requester, signRequest, type Unsigned } from "./signed-request.ts";
export { type Signer, signerFromP256, signerFromSeed, signerFromWebCrypto } from "./signer.ts";
export { Busy, type ClientOptions, createTransport, type Transport } from "./transport.ts";
export { composeReceipt, type SubmitOptions, type Writing } from "./writing.ts";
