export { type AidcRefusal, aidcFromCode, codeFromAidc } from "./aidc.ts";
export {
  type CheckRefusal,
  checkCharacter,
  formatPrinted,
  mod3736,
  verifyCheckCharacter,
} from "./check-character.ts";
export { type Code, parseCode } from "./code.ts";
export { codeFromDidWeb, type DidRefusal, didWebFromCode } from "./did.ts";
export { codeFromGbt2260, type Gbt2260Refusal, gbt2260FromCode } from "./gbt2260.ts";
export {
  type HostRefusal,
  parseResolverHost,
  type ResolverHost,
  resolverUrl,
  resolverUrl25S,
} from "./host.ts";
export * from "./limits.ts";
export { type CodeParts, type CodeShape, codeParts, codeShape, formatCode } from "./parts.ts";
export { type CodeRefusal, shiftRefusal } from "./refusal.ts";
export { ancestorsOf, isBelow, MAX_LEVELS, parentOf } from "./tree.ts";
export { codeFromUic, type UicRefusal, uicFromCode } from "./uic.ts";
export { codeFromUrn, type UrnRefusal, type UrnTypeRefusal, urnFromCode } from "./urn.ts";
