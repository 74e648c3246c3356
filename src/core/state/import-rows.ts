import { hex } from "../bytes.ts";
import type { CborValue } from "../cbor/index.ts";
import { type Code, isBelow } from "../code/index.ts";
import { keyIdentifier } from "../cose/index.ts";
import { parseCheckpoint, parsePolicy } from "../note/index.ts";
import { fitShape, type Shape } from "../op/shape.ts";
import { datasetValue, hash } from "../op/shapes.ts";
import type { Result } from "../result.ts";
import { referenceTo } from "./effective.ts";
import {
  aliasShape,
  anchorShape,
  batchShape,
  classShape,
  keyShape,
  orderShape,
  pageShape,
  recordShape,
  registrationShape,
  runsShape,
} from "./import-shapes.ts";
import type { Subtree } from "./import-subtree.ts";
import { datasetPolicy } from "./kinds/dataset.ts";
import { endedKey, orderKey, STATUS_PAGES } from "./map-keys.ts";
import { suspenderAbove } from "./rules.ts";

/** A row of an import: its key, its value, and that as it is kept. */
type Row = { readonly key: string; readonly value: CborValue; readonly bytes: Uint8Array };

/** Reads one row of an import into what is known of the subtree. @returns why it cannot be one */
export function readRow(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  switch (key.slice(0, key.indexOf("/"))) {
    case "code":
      return readRecord(subtree, row);
    case "key":
      return readKey(subtree, row);
    case "alias":
      return readAlias(subtree, row);
    case "registration":
      return readRegistration(subtree, row);
    case "class":
      return whenShaped(classShape, value, () => keep(subtree, row));
    case "anchor":
      return readAnchor(subtree, row);
    case "dataset":
      return readDataset(subtree, row);
    case "seals":
      return readSeals(subtree, row);
    case "unseal":
      return readUnseal(subtree, row);
    case STATUS_PAGES:
      return readStatusPage(subtree, row);
    case "~order":
      return readOrder(subtree, key, value);
    default:
      return "key";
  }
}

/** What `use` says of a value of this shape. */
function whenShaped<T>(
  shape: Shape<T>,
  value: CborValue,
  use: (value: T) => string | undefined,
): string | undefined {
  const fit: Result<T, { readonly code: string; readonly path: string }> = fitShape(shape, value);
  return fit.ok ? use(fit.value) : `${fit.error.code} ${fit.error.path}`;
}

function keep({ others }: Subtree, { key, bytes }: Row): undefined {
  others.push([key, bytes]);
}

function isWithin({ top }: Subtree, code: Code): boolean {
  return code === top || isBelow(code, top);
}

function readRecord(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  return whenShaped(recordShape, value, (record) => {
    const { code, delegation } = record;
    if (!isWithin(subtree, code)) return "code";
    if (delegation !== undefined && !parsePolicy(delegation.policy).ok) return "policy";
    if (key === `code/${code}`) {
      const { generation, registration, holds, children } = record;
      const isDelegated = delegation !== undefined;
      const seen = { code, generation, holds, children, isDelegated, bytes: row.bytes };
      const by = record.status === "suspended" ? suspenderAbove(record, subtree.top) : undefined;
      if (by !== undefined) subtree.held.push({ subject: code, by });
      subtree.records.set(code, registration === undefined ? seen : { ...seen, registration });
      return undefined;
    }
    const reference = referenceTo(record);
    if (key !== endedKey(reference)) return "key";
    subtree.named.push({ key, reference });
    return keep(subtree, row);
  });
}

const KEY = /^key\/([^#]+#\d+)\/[0-9a-f]{16}$/;

function readKey(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  return whenShaped(keyShape, value, (record) => {
    const holder = KEY.exec(key)?.[1];
    const kid = keyIdentifier(record.key);
    if (holder === undefined || !key.endsWith(`/${hex(kid)}`)) return "key";
    if ((record.to === undefined) !== (record.why === undefined)) return "why";
    subtree.named.push({ key, reference: holder });
    if (record.to === undefined) {
      const ring = subtree.rings.get(holder) ?? [];
      ring.push({ kid, uses: record.uses });
      subtree.rings.set(holder, ring);
    }
    return keep(subtree, row);
  });
}

function readAlias(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  return whenShaped(aliasShape, value, ({ code }) => {
    // One that was given back says nothing that its absence would not.
    if (code === undefined) return "code";
    subtree.named.push({ key, reference: code });
    return keep(subtree, row);
  });
}

function readRegistration(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  return whenShaped(registrationShape, value, () => {
    subtree.registrations.add(key);
    return keep(subtree, row);
  });
}

function readAnchor(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  return whenShaped(anchorShape, value, ({ checkpoint }) => {
    if (!parseCheckpoint(checkpoint).ok) return "checkpoint";
    subtree.named.push({ key, reference: `${key.slice("anchor/".length)}#1` });
    return keep(subtree, row);
  });
}

const DATASET = /^dataset\/([^#]+#\d+)$/;

function readDataset(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  const reference = DATASET.exec(key)?.[1];
  if (reference === undefined) return "key";
  return whenShaped(datasetValue, value, ({ log }) => {
    if (!parsePolicy(datasetPolicy(log)).ok) return "vkeys";
    subtree.named.push({ key, reference });
    return keep(subtree, row);
  });
}

const SEALS = /^seals\/([^#]+#\d+)\/[0-9a-f]{16}(?:\/(0|[1-9]\d*))?$/;

function readSeals(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  const [, holder, first] = SEALS.exec(key) ?? [];
  if (holder === undefined) return "key";
  subtree.named.push({ key, reference: holder });
  return first === undefined
    ? whenShaped(runsShape, value, () => keep(subtree, row))
    : whenShaped(batchShape, value, () => keep(subtree, row));
}

const UNSEAL = /^unseal\/(([^#]+#\d+)\/[0-9a-f]{16})$/;

function readUnseal(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  const [, owner, holder] = UNSEAL.exec(key) ?? [];
  if (owner === undefined || holder === undefined) return "key";
  return whenShaped(hash, value, (bits) => {
    subtree.named.push({ key, reference: holder });
    subtree.statuses.set(owner, { hash: bits, pages: new Map() });
    return keep(subtree, row);
  });
}

const STATUS_PAGE = /^~unseal\/(.+)\/(0|[1-9]\d?|1[01]\d|12[0-7])$/;

/** Keys rise, so the hash over the pages came before them. */
function readStatusPage(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  const [, owner = "", page] = STATUS_PAGE.exec(key) ?? [];
  return whenShaped(pageShape, value, (bits) => {
    const status = subtree.statuses.get(owner);
    if (status === undefined) return "key";
    status.pages.set(Number(page), bits);
    return keep(subtree, row);
  });
}

function readOrder(subtree: Subtree, key: string, value: CborValue): string | undefined {
  return whenShaped(orderShape, value, (codes) => {
    const parent = key.slice("~order/".length, key.lastIndexOf("/")) as Code;
    const known = subtree.order.get(parent) ?? [];
    if (key !== orderKey(parent, known.length)) return "key";
    for (const each of codes) known.push(each);
    subtree.order.set(parent, known);
    return undefined;
  });
}
