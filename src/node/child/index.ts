export {
  type Anchored,
  type AnchoringOptions,
  anchorOnce,
  PATIENCE_MILLISECONDS,
  startAnchoring,
} from "./anchoring.ts";
export { announceUrl } from "./announce.ts";
export { type BeginningProgress, beginChild, type ChildBeginning } from "./begin-child.ts";
export { ChildFault, type ChildFaultCode } from "./fault.ts";
export { type HandOver, type HandOverOptions, handOver } from "./hand-over.ts";
export { type Delegate, policyOf } from "./parent.ts";
export { parentClient } from "./parent-client.ts";
export { type ParentLog, type ReplayOptions, replayParent } from "./parent-log.ts";
export { parentProofs } from "./parent-proofs.ts";
