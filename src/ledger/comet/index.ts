export { type AppState, formatAppState, parseAppState } from "./app-state.ts";
export type { ConsensusStatus } from "./consensus.ts";
export { engineId } from "./engine-id.ts";
export { isHalfJoined } from "./joining.ts";
export { type CometOptions, type OpenedComet, openCometLedger } from "./open.ts";
export { Rpc } from "./rpc.ts";
