import { everyItem } from "../sdk/index.ts";
import type { Run } from "./run.ts";

type Fields = { readonly [name: string]: unknown };

/**
 * An operation in JSON, with the `prev` that was left out: whoever changes a value of the ledger names the operation that set it
 * last, and nobody knows that by heart. What is no such operation stays as it is.
 */
export async function withPrev(run: Run, text: string): Promise<string> {
  const value = fieldsOf(text);
  if (value === undefined) return text;
  const whole = value.op === "classes" ? await withItems(run, value) : await withOwn(run, value);
  return JSON.stringify(whole);
}

function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function withOwn(run: Run, value: Fields): Promise<Fields> {
  return "prev" in value ? value : named(value, await lastOf(run, value));
}

async function lastOf(run: Run, { op, name, id }: Fields): Promise<string | undefined> {
  switch (op) {
    case "param":
      return (await run.client.params()).find((each) => each.name === name)?.op;
    case "member":
      return find(run.client.members, (each) => each.id === id);
    case "validator":
      return find(run.client.validators, (each) => each.id === id);
    default:
      return undefined;
  }
}

async function withItems(run: Run, value: Fields): Promise<Fields> {
  if (!Array.isArray(value.items)) return value;
  const items: unknown[] = [];
  for (const item of value.items as readonly unknown[]) {
    if (!isFields(item) || "prev" in item) items.push(item);
    else
      items.push(named(item, await find(run.client.classes, (each) => each.class === item.class)));
  }
  return { ...value, items };
}

function named(value: Fields, prev: string | undefined): Fields {
  return prev === undefined ? value : { ...value, prev };
}

async function find<Each extends { readonly op: string }>(
  list: Parameters<typeof everyItem<Each>>[0],
  isIt: (each: Each) => boolean,
): Promise<string | undefined> {
  for await (const each of everyItem<Each>(list)) if (isIt(each)) return each.op;
  return undefined;
}
