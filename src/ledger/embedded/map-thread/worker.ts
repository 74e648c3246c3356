import { parentPort, workerData } from "node:worker_threads";
import {
  type CborMap,
  decodeCbor,
  encodeCbor,
  isCborMap,
  present,
  SparseMap,
} from "../../../core/index.ts";
import { nodeFiles } from "../../../log/index.ts";
import { type Deferred, defer } from "../../deferred.ts";
import { RefTable } from "../../ref-table.ts";
import type { BlockMoment, Ref } from "../../stores.ts";
import { loadSnapshot, writeSnapshot } from "../snapshot.ts";
import type { FoundSnapshot, MapOrder, MapReport, MapThreadData } from "./messages.ts";

// Runs in a thread of its own: has the map, and writes its snapshots while it goes on changing.

const port = present(parentPort ?? undefined, "a thread that began this one");
const { snapshot: path, valuesBytes }: MapThreadData = workerData;

let map = new SparseMap();
let beside = new Map<string, Ref>();
let moment: BlockMoment | undefined;
let syncing: Deferred<void> | undefined;
/** It still proves, and a start makes another one. */
let isTakenBack = false;

const report = (message: MapReport, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

function open(): void {
  const loaded = loadSnapshot(nodeFiles, path);
  const aux = loaded === undefined ? undefined : decodeCbor(loaded.state.aux);
  const isUsable = loaded !== undefined && loaded.state.valuesEnd <= valuesBytes;
  if (!isUsable || aux?.ok !== true || !isCborMap(aux.value)) {
    report({ kind: "opened" });
    return;
  }
  const { size, height, timeMilliseconds, valuesEnd } = loaded.state;
  map = loaded.map;
  moment = { size, height, timeMilliseconds, valuesEnd };
  beside = new Map(Object.entries(aux.value as CborMap)) as Map<string, Ref>;
  const refs = refsOf(map);
  const found: FoundSnapshot = { moment, root: map.root(), beside, refs };
  report(
    { kind: "opened", found },
    refs.shards.map(({ buffer }) => buffer),
  );
}

function refsOf(of: SparseMap): FoundSnapshot["refs"] {
  const table = new RefTable();
  of.visit((keys, at, ref) => table.add(keys, at, ref));
  return table.give();
}

async function snapshot(id: number): Promise<void> {
  try {
    const { valuesEnd } = await writeSnapshot({
      files: nodeFiles,
      path,
      map,
      capture,
      syncValues,
      confirm,
    });
    report({ kind: "snapshotted", id, valuesEnd });
  } catch (cause) {
    report({ kind: "notSnapshotted", id, why: cause instanceof Error ? cause.message : "unknown" });
  }
}

function capture(): BlockMoment & { readonly aux: Uint8Array } {
  confirm();
  return {
    ...present(moment, "a block"),
    aux: encodeCbor(Object.fromEntries(beside)),
  };
}

/** Also for a snapshot that was begun before: it would take the place of one that a start can use. */
function confirm(): void {
  if (isTakenBack) throw new Error("blocks were taken back");
}

/** The file of values is the other thread's. */
function syncValues(): Promise<void> {
  syncing = defer();
  report({ kind: "syncValues" });
  return syncing.promise;
}

function reset(): void {
  map = new SparseMap();
  beside = new Map();
  moment = undefined;
}

function update({ id, changes, moment: after }: Extract<MapOrder, { kind: "update" }>): void {
  map.update(changes.puts);
  for (const [key, ref] of changes.beside) beside.set(key, ref);
  moment = after;
  report({ kind: "updated", id, root: map.root() });
}

function takeBack({ id, undo: { puts, added } }: Extract<MapOrder, { kind: "takeBack" }>): void {
  map.takeBack(puts, added);
  isTakenBack = true;
  report({ kind: "updated", id, root: map.root() });
}

function prove({ id, keyHashes, pinned }: Extract<MapOrder, { kind: "prove" }>): void {
  const paths =
    pinned === undefined
      ? keyHashes.map((keyHash) => map.prove(keyHash))
      : map.provePinned(pinned, keyHashes);
  report({ kind: "proved", id, ...(paths && { paths }) });
}

function valuesSynced(why: string | undefined): void {
  if (why === undefined) syncing?.resolve();
  else syncing?.reject(new Error(why));
}

port.on("message", (order: MapOrder) => {
  if (order.kind === "update") update(order);
  else if (order.kind === "takeBack") takeBack(order);
  else if (order.kind === "prove") prove(order);
  else if (order.kind === "pin") map.pin(order.size);
  else if (order.kind === "keepPins") map.keepPins(order.sizes);
  else if (order.kind === "snapshot") void snapshot(order.id);
  else if (order.kind === "valuesSynced") valuesSynced(order.why);
  else reset();
});

open();
