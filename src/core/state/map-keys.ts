import { hex } from "../bytes.ts";
import type { Code } from "../code/index.ts";
import type { ParamName } from "../op/operation.ts";
import type {
  AliasValue,
  AnchorValue,
  ChildrenFrontier,
  ClassValue,
  CodeRecord,
  DatasetValue,
  Decision,
  GazetteValue,
  GrantValue,
  KeyRecord,
  KeyRing,
  ManifestValue,
  MembersList,
  MemberValue,
  OpenGrants,
  ParamRecord,
  Reference,
  Registration,
  RequestValue,
  SealBatch,
  SealRuns,
  Taken,
  ValidatorsList,
  ValidatorValue,
} from "./values.ts";

declare const held: unique symbol;

/** A map key that knows what stands under it. */
export type MapKey<T> = string & { readonly [held]?: T };

/** Keys that begin so stand beside the map: derived, not proved, kept by every replaying node. */
export const BESIDE = "~";

/** What stands above every code. */
export const ROOT: Code = "MA" as Code;

export const codeKey = (code: Code): MapKey<CodeRecord> => `code/${code}`;
/** Where the record of an ended generation rests. */
export const endedKey = (reference: Reference): MapKey<CodeRecord> => `code/${reference}`;
/** `holder` is `<code>#<generation>` or `member/<ID>`. */
export const keyKey = (holder: string, kid: Uint8Array): MapKey<KeyRecord> =>
  `key/${holder}/${hex(kid)}`;
export const decisionKey = (id: Uint8Array): MapKey<Decision> => `decision/${hex(id)}`;
export const gazetteKey = (code: Code): MapKey<GazetteValue> => `gazette/${code}`;
export const classKey = (name: string): MapKey<ClassValue> => `class/${name}`;
export const manifestKey = (id: Uint8Array): MapKey<ManifestValue> => `manifest/${hex(id)}`;
export const chunkKey = (id: Uint8Array, index: number): MapKey<Uint8Array> =>
  `manifest/${hex(id)}/${index}`;
export const registrationKey = (id: Uint8Array): MapKey<Registration> => `registration/${hex(id)}`;
export const aliasKey = (division: string, scheme: string, value: string): MapKey<AliasValue> =>
  `alias/${division}/${scheme}/${value}`;
export const anchorKey = (code: Code): MapKey<AnchorValue> => `anchor/${code}`;
export const datasetKey = (reference: Reference): MapKey<DatasetValue> => `dataset/${reference}`;
export const requestKey = (id: Uint8Array): MapKey<RequestValue> => `request/${hex(id)}`;
export const grantKey = (id: Uint8Array): MapKey<GrantValue> => `grant/${hex(id)}`;
/** Leaf hash of a request that names this code, as the dataset or as who asks: so that those of a code can be listed. */
export const requestedKey = (code: Code, id: Uint8Array): MapKey<Uint8Array> =>
  `requested/${code}/${hex(id)}`;
/** The same of a grant. */
export const grantedKey = (code: Code, id: Uint8Array): MapKey<Uint8Array> =>
  `granted/${code}/${hex(id)}`;
export const openGrantsKey = (dataset: Code, to: string): MapKey<OpenGrants> =>
  `${BESIDE}grants/${dataset}/${to}`;
export const sealRunsKey = (holder: Reference, kid: Uint8Array): MapKey<SealRuns> =>
  `seals/${holder}/${hex(kid)}`;
export const sealBatchKey = (
  holder: Reference,
  kid: Uint8Array,
  first: number,
): MapKey<SealBatch> => `seals/${holder}/${hex(kid)}/${first}`;
/** SHA-256 of the status bits of a key. */
export const unsealKey = (holder: Reference, kid: Uint8Array): MapKey<Uint8Array> =>
  `unseal/${holder}/${hex(kid)}`;
export const memberKey = (id: string): MapKey<MemberValue> => `member/${id}`;
export const validatorKey = (id: string): MapKey<ValidatorValue> => `validator/${id}`;
export const paramKey = <K extends ParamName>(name: K): MapKey<ParamRecord<K>> => `param/${name}`;

/** What an import says beside the map: a part of the children of a code, from position `start` on, in their order. */
export const orderKey = (code: Code, start: number): string =>
  `${BESIDE}order/${code}/${String(start).padStart(7, "0")}`;

export const ringKey = (holder: string): MapKey<KeyRing> => `${BESIDE}keys/${holder}`;
export const frontierKey = (code: Code): MapKey<ChildrenFrontier> => `${BESIDE}children/${code}`;
export const takenKey = (id: Uint8Array): MapKey<Taken> => `${BESIDE}taken/${hex(id)}`;
/** What the keys of pages of status bits begin with. */
export const STATUS_PAGES: string = `${BESIDE}unseal`;
/** A page of the status bits of a key; absent where all of it is zero. */
export const statusPageKey = (
  holder: Reference,
  kid: Uint8Array,
  page: number,
): MapKey<Uint8Array> => `${STATUS_PAGES}/${holder}/${hex(kid)}/${page}`;
export const MEMBERS_KEY: MapKey<MembersList> = `${BESIDE}members`;
export const VALIDATORS_KEY: MapKey<ValidatorsList> = `${BESIDE}validators`;
