import {
  base64,
  type Code,
  codeParts,
  type DataEntry,
  decodeEntry,
  encodeFact,
  hex,
  isShown,
  ownerOf,
  present,
  referredCode,
} from "../../core/index.ts";
import type { DatasetLog, EntryBody, LogReceipt } from "../../data/index.ts";
import { timeOfMilliseconds, timeOfSeconds, toJson } from "../http/json.ts";
import { receiptText } from "../operations/outcome.ts";

/** What a submitter gets: that the entry stands in the log, checkable off line. */
export function receiptJson(log: DatasetLog, receipt: LogReceipt): object {
  const { index, path, checkpoint, receivedMilliseconds } = receipt;
  return {
    dataset: log.reference,
    log: log.origin,
    index,
    hash: hex(entryAt(log, index).hash),
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

/** What the owner sees. */
export function ownEntryJson(log: DatasetLog, index: number, body: EntryBody): object {
  const { source, kid, iatSeconds, bytes, hash } = entryAt(log, index);
  return {
    ...publicEntryJson(log, index, body),
    ...{ hash: hex(hash), source, kid: hex(kid), signed: timeOfSeconds(iatSeconds) },
    entry: base64(bytes),
    observations: body.observations.map((observation) =>
      observation.map((fact) =>
        isShown(fact)
          ? { name: fact.name, value: toJson(fact.value), fact: base64(encodeFact(fact)) }
          : { leaf: base64(fact) },
      ),
    ),
  };
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
