import {
  base64,
  type Code,
  codeParts,
  type DataEntry,
  decodeEntry,
  encodeFact,
  factRoot,
  hashLeaf,
  hex,
  isShown,
  type Observation,
  ownerOf,
  present,
  referredCode,
} from "../../core/index.ts";
import type { DatasetLog, EntryBody, LogReceipt, View } from "../../data/index.ts";
import { timeOfMilliseconds, timeOfSeconds, toJson } from "../http/json.ts";
import { receiptText } from "../operations/outcome.ts";

/** What a submitter gets: that the entry stands in the log, checkable off line. */
export function receiptJson(log: DatasetLog, receipt: LogReceipt): object {
  const { index, hash, path, checkpoint, receivedMilliseconds } = receipt;
  return {
    dataset: log.reference,
    log: log.origin,
    index,
    hash: hex(hash),
    received: timeOfMilliseconds(receivedMilliseconds),
    receipt: receiptText(index, path, checkpoint),
  };
}

/** What everybody may see of an entry: the office, and when it came. Never whose key, which would be a person's trail. */
export function publicEntryJson(log: DatasetLog, index: number, body: EntryBody): object {
  return {
    index,
    office: officeOf(entryAt(log, index).source),
    received: timeOfMilliseconds(body.receivedMilliseconds),
    observations: body.observations.length,
  };
}

/** The observations of an entry as a view shows them; `undefined` in the place of each that it does not show. */
export type Shown = readonly (Observation | undefined)[];

/** What a view shows of an entry; `undefined` where that is nothing at all. */
export function shownBody(view: View, { observations }: EntryBody): Shown | undefined {
  const shown = observations.map((each) => view.show(each));
  return shown.some((each) => each !== undefined) ? shown : undefined;
}

/**
 * An entry for those who may see something of it. Of what they may not see the hashes are there, with which its root can be
 * computed: how many observations an entry has is no secret.
 */
export function shownEntryJson(
  log: DatasetLog,
  index: number,
  body: EntryBody,
  shown: Shown,
): object {
  const { source, kid, iatSeconds, bytes, hash } = entryAt(log, index);
  return {
    ...publicEntryJson(log, index, body),
    ...{ hash: hex(hash), source, kid: hex(kid), signed: timeOfSeconds(iatSeconds) },
    entry: base64(bytes),
    observations: shown.map((facts, at) =>
      facts === undefined
        ? { leaf: base64(hashLeaf(factRoot(present(body.observations[at], "an observation")))) }
        : facts.map(factJson),
    ),
  };
}

function factJson(fact: Observation[number]): object {
  return isShown(fact)
    ? { name: fact.name, value: toJson(fact.value), fact: base64(encodeFact(fact)) }
    : { leaf: base64(fact) };
}

export function entryAt(log: DatasetLog, index: number): DataEntry {
  const read = decodeEntry(present(log.entry(index), `entry ${index}`));
  return present(read.ok ? read.value : undefined, "an entry that was judged");
}

/** The department or city that a source belongs to, or is. */
export function officeOf(source: Code): Code {
  return codeParts(source).classNodes.length === 0 ? source : ownerOf(source);
}

/** The code of the dataset that a log belongs to. */
export function datasetCode({ reference }: DatasetLog): Code {
  return referredCode(reference);
}
