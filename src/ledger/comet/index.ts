export { type AppState, formatAppState, parseAppState } from "./app-state.ts";
export { isHalfJoined } from "./joining.ts";
export { type CometOptions, type OpenedComet, openCometLedger } from "./open.ts";
export { Rpc } from "./rpc.ts";
