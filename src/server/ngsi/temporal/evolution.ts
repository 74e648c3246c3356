import { err, ok, type Result } from "../../../core/index.ts";
import {
  ALL,
  type Amendment,
  isLimited,
  type JsonMap,
  NGSI_NULL,
  type Observed,
  observedAt,
  saysWhenScoped,
} from "../../../data/index.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import type { Ask } from "../request.ts";
import type { TemporalForm } from "./form.ts";
import { type SaidScopes, whileInScopes } from "./scoped.ts";

/** Of one answer: more is asked for by a shorter time. */
const MAX_MOMENTS = 100_000;

/** What was so of an attribute at one time. */
export type Moment = {
  readonly said: JsonMap;
  /** By the property that is asked for, Unix milliseconds. */
  readonly time: number;
  /** When it came, and when it was changed last. */
  readonly received: number;
  readonly modified: number;
  /** Of the observation that says it, and which of its instances. */
  readonly row: number;
  readonly entry: number;
  readonly at: number;
  readonly n: number;
  readonly isDeletion: boolean;
};

export type Evolution = {
  readonly types: Set<string>;
  readonly attributes: Map<string, Moment[]>;
  /** Scopes are one attribute more. */
  readonly scopes: Moment[];
};

/** Whether something was so in the time that is asked for. */
export function isTold(evolution: Evolution | undefined): evolution is Evolution {
  return evolution !== undefined && evolution.attributes.size + evolution.scopes.length > 0;
}

/**
 * What was so of entities, in the order of the log: what was amended as it is told now, and nothing of what is to be forgotten.
 *
 * @returns those of which anything was said at all, and which were in a scope that is asked for; else `HTTP_ITEMS`
 */
export async function evolutionsOf(
  { target }: Pick<Ask, "target">,
  ids: readonly string[],
  form: TemporalForm,
): Promise<Result<ReadonlyMap<string, Evolution>, AnyRefusal>> {
  const tellers = new Map<string, Teller>();
  if (ids.length === 0) return ok(new Map());
  let left = MAX_MOMENTS;
  const history = () => target.log.entities.history({ ids }, target.view);
  for await (const observed of history()) {
    const { id, kind, forgets } = observed;
    if (kind === "forget" && forgets === undefined) {
      tellers.delete(id);
      continue;
    }
    const isHeeded = kind === "forget" || kind === "amend";
    const teller = tellers.get(id) ?? new Teller(form);
    if (!isHeeded) tellers.set(id, teller);
    left -= teller.hear(observed);
    if (left < 0) return err({ code: "HTTP_ITEMS", got: MAX_MOMENTS + 1, max: MAX_MOMENTS });
  }
  const recalling = new Map([...tellers].filter(([, teller]) => teller.isRecalling));
  if (recalling.size > 0) {
    for await (const observed of history()) recalling.get(observed.id)?.recall(observed);
  }
  for (const [id, { evolution }] of tellers) {
    if (evolution.types.size > 0) continue;
    for (const type of await typesOf(target, id)) evolution.types.add(type);
  }
  const found = new Map<string, Evolution>();
  for (const [id, { evolution, scopes }] of tellers) {
    if (form.scopes === undefined) found.set(id, evolution);
    else {
      const said = isLimited(target.view) ? await scopesNow(target, id) : scopes;
      const told = whileInScopes(evolution, said, form);
      if (told !== undefined) found.set(id, told);
    }
  }
  return ok(found);
}

/** What it is may have been said only together with what the reader does not see, who is told it nevertheless. */
async function typesOf({ log }: Ask["target"], id: string): Promise<readonly string[]> {
  const entity = await log.entities.entity(id, ALL);
  if (entity !== undefined) return entity.types;
  for await (const { types } of log.entities.history({ ids: [id] }, ALL)) {
    if (types.length > 0) return types;
  }
  return [];
}

/** Whoever does not see everything is told no scopes of the past: for it those hold that are so now, if it may see them. */
async function scopesNow({ log, view }: Ask["target"], id: string): Promise<readonly SaidScopes[]> {
  const entity = await log.entities.entity(id, view);
  if (entity === undefined) return [];
  const { scopes, scoped: since = Number.NEGATIVE_INFINITY } = entity;
  return [{ since, scopes }];
}

class Teller {
  readonly evolution: Evolution = { types: new Set(), attributes: new Map(), scopes: [] };
  readonly #form: TemporalForm;
  /** What was said last, by attribute, instance and time: an entry repeats what it leaves as it was. */
  readonly #last = new Map<string, string>();
  /** Instances that there are, by attribute. */
  readonly #now = new Map<string, readonly JsonMap[]>();
  #scopes: readonly string[] = [];
  /** What was amended and is not told, by what it was an instance of. */
  readonly #amended = new Map<string, { readonly amends: Amendment; readonly modified: number }>();
  /** Where scopes are asked for, those of all times: what was said before holds on. */
  readonly scopes: SaidScopes[] = [];
  /** Of these the one that holds last. */
  #latest: SaidScopes | undefined;

  constructor(form: TemporalForm) {
    this.#form = form;
  }

  /** @returns how many moments are told more */
  hear(observed: Observed): number {
    const { kind, types, attributes, scopes } = observed;
    if (kind === "forget") return this.#forget(observed);
    if (kind === "amend") return this.#amend(observed);
    for (const type of types) this.evolution.types.add(type);
    let more = 0;
    for (const [name, instances] of Object.entries(attributes)) {
      more += this.#say(observed, name, instances);
    }
    const isWhole = kind === "replace" || kind === "end";
    const gone = isWhole ? [...this.#now.keys()].filter((name) => !(name in attributes)) : [];
    for (const name of gone) more += this.#say(observed, name, []);
    if (scopes !== undefined) return more + this.#sayScopes(observed, scopes);
    if (!isWhole) return more;
    // It is made anew, or no more.
    this.#scopes = [];
    return more + this.#hold({ since: observed.receivedMilliseconds, scopes: [] }, false);
  }

  #say(observed: Observed, name: string, instances: readonly JsonMap[]): number {
    const before = this.#now.get(name) ?? [];
    const named = new Set(instances.map(({ datasetId }) => datasetId));
    const unnamed = before.filter(({ datasetId }) => !named.has(datasetId));
    const isSeen = observed.kind === "merge" || observed.kind === "add";
    this.#now.set(name, isSeen ? [...unnamed, ...instances] : instances);
    let more = 0;
    for (const [n, said] of instances.entries()) {
      const key = `${name} ${said.datasetId ?? ""} ${said.observedAt ?? ""}`;
      const text = JSON.stringify(said);
      if (this.#last.get(key) === text) continue;
      // What is added for a time of which something was said is told in its place (§5.6.11).
      const isRetold = observed.kind === "add" && said.observedAt !== undefined;
      if (isRetold && this.#last.has(key)) more -= this.#take(name, said);
      this.#last.set(key, text);
      more += this.#push(observed, name, n, said, false);
    }
    if (isSeen) return more;
    for (const [n, said] of unnamed.entries()) {
      this.#forgetLast(name, (each) => each === said.datasetId);
      more += this.#push(observed, name, instances.length + n, nothing(said), true);
    }
    return more;
  }

  #push(observed: Observed, name: string, n: number, said: JsonMap, isDeletion: boolean): number {
    const { property, form } = this.#form;
    if (isDeletion !== (property === "deletedAt")) return 0;
    if (form.only?.has(name) === false) return 0;
    const { row, entry, at, receivedMilliseconds: received } = observed;
    const time = property === "observedAt" ? observedAt(said) : received;
    if (time === undefined || !this.#isAsked(time)) return 0;
    const moments = this.evolution.attributes.get(name) ?? [];
    this.evolution.attributes.set(name, moments);
    moments.push({ said, time, received, modified: received, row, entry, at, n, isDeletion });
    return 1;
  }

  /** @returns how many moments of that time are told no more */
  #take(name: string, { observedAt, datasetId }: JsonMap): number {
    const moments = this.evolution.attributes.get(name) ?? [];
    const left = moments.filter(
      ({ said }) => said.observedAt !== observedAt || said.datasetId !== datasetId,
    );
    this.evolution.attributes.set(name, left);
    return moments.length - left.length;
  }

  #isAsked(time: number): boolean {
    return time >= this.#form.from && time < this.#form.to;
  }

  #sayScopes(observed: Observed, scopes: readonly string[]): number {
    const isDeletion = scopes.length === 0;
    const isTimed = saysWhenScoped(observed);
    const isSame = !isTimed && JSON.stringify(scopes) === JSON.stringify(this.#scopes);
    this.#scopes = scopes;
    const { property } = this.#form;
    // Nothing observed them; where they were set as they are now, they count as observed then (§4.5.6).
    const isSet = (isTimed || observed.kind !== "add") && !isDeletion;
    const isSeen = property !== "observedAt" || isSet;
    const isTold = isSeen && isDeletion === (property === "deletedAt");
    const { row, entry, at, receivedMilliseconds: received, timeMilliseconds } = observed;
    const seenAt = isTimed ? timeMilliseconds : received;
    const time = property === "observedAt" ? seenAt : received;
    const value = scopes.length === 1 ? (scopes[0] ?? "") : scopes;
    const seen = isSet ? { observedAt: new Date(seenAt).toISOString() } : {};
    const said = { type: "Property", value, ...seen };
    const times = { time, received, modified: received };
    const moment = isTold ? { said, ...times, row, entry, at, n: 0, isDeletion } : undefined;
    if (moment !== undefined && !isSame && this.#isAsked(time)) this.evolution.scopes.push(moment);
    // Scopes that came beside what was seen hold from then on, the first ones all the while before, too.
    const isBeside = observed.kind === "add" && !isTimed && property === "observedAt";
    const first = this.scopes.length === 0 ? Number.NEGATIVE_INFINITY : timeMilliseconds;
    const since = isBeside ? first : time;
    return this.#hold({ since, scopes, moment }, isTimed);
  }

  /** @returns how many sayings are kept more */
  #hold(said: SaidScopes, isTimed: boolean): number {
    if (this.#form.scopes === undefined) return 0;
    const latest = this.#latest;
    const isLatest = latest === undefined || said.since >= latest.since;
    const isSame = JSON.stringify(said.scopes) === JSON.stringify(latest?.scopes);
    // What is set again holds on from when it was set first.
    if (isLatest && isSame && !isTimed) return 0;
    if (isLatest) this.#latest = said;
    this.scopes.push(said);
    return 1;
  }

  #forget({ forgets }: Observed): number {
    for (const name of forgets?.attributes ?? []) {
      const isMeant = (datasetId: unknown) =>
        forgets?.datasetId === "*" || forgets?.datasetId === datasetId;
      this.#forgetLast(name, isMeant);
      this.#now.set(
        name,
        (this.#now.get(name) ?? []).filter((each) => !isMeant(each.datasetId)),
      );
      for (const [key, { amends }] of this.#amended) {
        if (amends.attribute === name && isMeant(amends.datasetId)) this.#amended.delete(key);
      }
      const moments = this.evolution.attributes.get(name) ?? [];
      const left = moments.filter(({ said }) => !isMeant(said.datasetId));
      if (left.length > 0) this.evolution.attributes.set(name, left);
      else this.evolution.attributes.delete(name);
    }
    return 0;
  }

  /** What is said again after it was forgotten is news. */
  #forgetLast(name: string, isMeant: (datasetId: string | undefined) => boolean): void {
    for (const key of this.#last.keys()) {
      const [of, datasetId] = key.split(" ");
      if (of === name && isMeant(datasetId || undefined)) this.#last.delete(key);
    }
  }

  #amend({ amends, receivedMilliseconds: modified }: Observed): number {
    if (amends === undefined) return 0;
    const { attribute, entry, at, datasetId } = amends;
    const moments = this.evolution.attributes.get(attribute) ?? [];
    const i = moments.findIndex(
      (each) => each.entry === entry && each.at === at && each.said.datasetId === datasetId,
    );
    const old = moments[i];
    const name = nameOf(amends);
    this.#amended.delete(name);
    // What was so at another time may be what is asked for, as it is told now.
    if (old === undefined) {
      this.#amended.set(name, { amends, modified });
      return 0;
    }
    const told = this.#told(amends, modified, old.received);
    moments.splice(i, 1, ...(told ? [{ ...old, ...told }] : []));
    if (moments.length === 0) this.evolution.attributes.delete(attribute);
    return 0;
  }

  /** What is told in the place of what was amended; `undefined` where it is not asked for. */
  #told(
    { said }: Amendment,
    modified: number,
    received: number,
  ): Pick<Moment, "said" | "time" | "modified"> | undefined {
    if (said === undefined) return undefined;
    const { property } = this.#form;
    const changed = property === "modifiedAt" ? modified : received;
    const time = property === "observedAt" ? observedAt(said) : changed;
    return time !== undefined && this.#isAsked(time) ? { said, time, modified } : undefined;
  }

  /** Whether something was amended of which only what it was before can tell where it stands. */
  get isRecalling(): boolean {
    return this.#amended.size > 0 && this.#form.property !== "deletedAt";
  }

  /** Takes what was amended from a time that is not asked for into one that is. */
  recall({ row, entry, at, receivedMilliseconds: received, attributes }: Observed): void {
    for (const [attribute, instances] of Object.entries(attributes)) {
      if (this.#form.form.only?.has(attribute) === false) continue;
      for (const [n, { datasetId }] of instances.entries()) {
        const name = nameOf({ entry, at, attribute, datasetId: datasetId as string | undefined });
        const amended = this.#amended.get(name);
        const told = amended && this.#told(amended.amends, amended.modified, received);
        if (told === undefined) continue;
        const moment = { ...told, received, row, entry, at, n, isDeletion: false };
        const moments = this.evolution.attributes.get(attribute) ?? [];
        const next = moments.findIndex((each) => each.row > row);
        moments.splice(next < 0 ? moments.length : next, 0, moment);
        this.evolution.attributes.set(attribute, moments);
      }
    }
  }
}

function nameOf({ entry, at, attribute, datasetId }: Omit<Amendment, "said">): string {
  return `${entry} ${at} ${attribute} ${datasetId ?? ""}`;
}

/** That there is no more of an instance, in the words of its type (§4.5.0). */
function nothing({ type, datasetId }: JsonMap): JsonMap {
  const named = { type: type ?? "Property", ...(datasetId !== undefined && { datasetId }) };
  switch (type) {
    case "Relationship":
      return { ...named, object: NGSI_NULL };
    case "LanguageProperty":
      return { ...named, languageMap: { "@none": NGSI_NULL } };
    case "VocabProperty":
      return { ...named, vocab: NGSI_NULL };
    case "JsonProperty":
      return { ...named, json: NGSI_NULL };
    default:
      return { ...named, value: NGSI_NULL };
  }
}
