import { hex } from "../bytes.ts";
import { type CborValue, decodeOwnCbor } from "../cbor/index.ts";
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
import { endedKey, orderKey, registrationKey, STATUS_PAGES } from "./map-keys.ts";
import { suspenderAbove } from "./rules.ts";
import type { AliasValue, CodeRecord, Reference } from "./values.ts";

/** A row of an import: its key, its value, and where it stands. */
type Row = { readonly key: string; readonly value: CborValue; readonly at: number };

/** Reads one row of an import into what is known of the subtree. @returns why it cannot be one */
export function readRow(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  switch (key.slice(0, key.indexOf("/"))) {
    case "code":
      return readRecord(subtree, row);
    case "key":
      return readKey(subtree, row);
    case "alias":
      return readAlias(row);
    case "registration":
      return readRegistration(subtree, row);
    case "class":
      return whenShaped(classShape, value, () => undefined);
    case "anchor":
      return readAnchor(row);
    case "dataset":
      return readDataset(row);
    case "seals":
      return readSeals(row);
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

/** The record that a row names and which is not its own: the subtree must have it. The value is one that was read before. */
export function referenceIn(key: string, value: Uint8Array): Reference | undefined {
  const rest = key.slice(key.indexOf("/") + 1);
  switch (key.slice(0, key.indexOf("/"))) {
    case "code":
      return rest.includes("#") ? rest : undefined;
    case "key":
    case "seals":
    case "unseal":
      return rest.slice(0, rest.indexOf("/", rest.indexOf("#")));
    case "dataset":
      return rest;
    case "anchor":
      return `${rest}#1`;
    case "alias":
      return (decodeOwnCbor(value) as AliasValue).code;
    default:
      return undefined;
  }
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
      const by = record.status === "suspended" ? suspenderAbove(record, subtree.top) : undefined;
      if (by !== undefined) subtree.held ??= { subject: code, by };
      keepRecord(subtree, record, row.at);
      return undefined;
    }
    return key === endedKey(referenceTo(record)) ? undefined : "key";
  });
}

function keepRecord({ records, awaited }: Subtree, record: CodeRecord, at: number): void {
  const { code, generation, registration, holds, children, delegation } = record;
  const isDelegated = delegation !== undefined;
  records.add(code, { generation, holds: holds.join(), children, isDelegated }, at);
  if (registration === undefined) return;
  const key = registrationKey(registration);
  if (!awaited.has(key)) awaited.set(key, code);
}

const KEY = /^key\/([^#]+#\d+)\/[0-9a-f]{16}$/;

function readKey(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  return whenShaped(keyShape, value, (record) => {
    const holder = KEY.exec(key)?.[1];
    const kid = keyIdentifier(record.key);
    if (holder === undefined || !key.endsWith(`/${hex(kid)}`)) return "key";
    if ((record.to === undefined) !== (record.why === undefined)) return "why";
    if (record.to === undefined) {
      const ring = subtree.rings.get(holder) ?? [];
      ring.push({ kid, uses: record.uses });
      subtree.rings.set(holder, ring);
    }
    return undefined;
  });
}

/** One that was given back says nothing that its absence would not. */
function readAlias({ value }: Row): string | undefined {
  return whenShaped(aliasShape, value, ({ code }) => (code === undefined ? "code" : undefined));
}

function readRegistration(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  return whenShaped(registrationShape, value, () => {
    subtree.awaited.delete(key);
    return undefined;
  });
}

function readAnchor({ value }: Row): string | undefined {
  return whenShaped(anchorShape, value, ({ checkpoint }) =>
    parseCheckpoint(checkpoint).ok ? undefined : "checkpoint",
  );
}

const DATASET = /^dataset\/[^#]+#\d+$/;

function readDataset({ key, value }: Row): string | undefined {
  if (!DATASET.test(key)) return "key";
  return whenShaped(datasetValue, value, ({ log }) =>
    parsePolicy(datasetPolicy(log)).ok ? undefined : "vkeys",
  );
}

const SEALS = /^seals\/[^#]+#\d+\/[0-9a-f]{16}(?:\/(0|[1-9]\d*))?$/;

function readSeals({ key, value }: Row): string | undefined {
  const seals = SEALS.exec(key);
  if (seals === null) return "key";
  return seals[1] === undefined
    ? whenShaped(runsShape, value, () => undefined)
    : whenShaped(batchShape, value, () => undefined);
}

const UNSEAL = /^unseal\/([^#]+#\d+\/[0-9a-f]{16})$/;

function readUnseal(subtree: Subtree, row: Row): string | undefined {
  const { key, value } = row;
  const owner = UNSEAL.exec(key)?.[1];
  if (owner === undefined) return "key";
  return whenShaped(hash, value, (bits) => {
    subtree.statuses.set(owner, { hash: bits, pages: new Map() });
    return undefined;
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
    return undefined;
  });
}

/** Keys rise, so all records came before. */
function readOrder(subtree: Subtree, key: string, value: CborValue): string | undefined {
  return whenShaped(orderShape, value, (codes) => {
    const parent = key.slice("~order/".length, key.lastIndexOf("/")) as Code;
    const known = subtree.order.get(parent) ?? [];
    if (key !== orderKey(parent, known.length)) return "key";
    for (const code of codes) known.push(subtree.records.list(code));
    subtree.order.set(parent, known);
    return undefined;
  });
}
