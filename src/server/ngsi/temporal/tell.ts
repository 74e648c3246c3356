import { contentOf, type JsonMap, saysNothing } from "../../../data/index.ts";
import { briefTime } from "../brief-time.ts";
import type { TermContext } from "../contexts.ts";
import { instanceJson, isMember, oneOrMany } from "../write-entity.ts";
import { aggregated } from "./aggregate.ts";
import type { Evolution, Moment } from "./evolution.ts";
import type { TemporalForm } from "./form.ts";

/** What was so of an entity, as it was asked for; `undefined` where nothing of it is told. */
export function evolutionJson(
  id: string,
  evolution: Evolution,
  context: TermContext,
  form: TemporalForm,
): { readonly [name: string]: unknown } | undefined {
  const json: Record<string, unknown> = {};
  const put = (name: string, value: unknown) => {
    if (isMember(name, form.form)) json[name] = value;
  };
  put("id", id);
  put("type", oneOrMany([...evolution.types].map(context.typeTerm)));
  const { scopes } = evolution;
  const ordered = [...scopes].sort((a, b) => a.time - b.time);
  if (ordered.length > 0) put("scope", momentsJson(ordered, context, form));
  for (const [name, moments] of evolution.attributes) {
    if (!isMember(name, form.form)) continue;
    const named = moments.filter(({ said }) => isNamed(said, form));
    // A page may hold nothing of an attribute of which there is more.
    if (named.length === 0 && moments.length > 0) continue;
    json[context.attributeTerm(name)] = momentsJson(named, context, form);
  }
  return Object.keys(json).length === 0 ? undefined : json;
}

function isNamed({ datasetId }: JsonMap, { form }: TemporalForm): boolean {
  return form.datasetIds === undefined || form.datasetIds.has(String(datasetId ?? "@none"));
}

function momentsJson(
  moments: readonly Moment[],
  context: TermContext,
  form: TemporalForm,
): unknown {
  if (form.style === "instances") {
    return moments.map((each) => momentJson(each, context, form));
  }
  if (moments.length === 0) return { type: "Property", values: [] };
  const byDataset = new Map<unknown, Moment[]>();
  for (const each of moments) {
    const { datasetId } = each.said;
    byDataset.set(datasetId, [...(byDataset.get(datasetId) ?? []), each]);
  }
  const all = [...byDataset].map(([datasetId, some]) => {
    const type = String(some[0]?.said.type ?? "Property");
    const told =
      form.aggregation === undefined
        ? { [VALUES[type] ?? "values"]: some.map((each) => valueJson(each, context, form)) }
        : aggregated(
            some.filter((each) => !saysNothing(each.said)),
            form.aggregation,
            form,
          );
    return { type, ...(datasetId !== undefined && { datasetId }), ...told };
  });
  return oneOrMany(all);
}

function momentJson(moment: Moment, context: TermContext, { form, property }: TemporalForm) {
  const { said, received, modified, row, n } = moment;
  const times = { created: received, modified };
  const told = instanceJson(said, context, form, times);
  const at = property === "modifiedAt" ? modified : received;
  return {
    ...(told as object),
    instanceId: instanceId(row, n),
    ...(property !== "observedAt" && { [property]: briefTime(at) }),
  };
}

/** The name of what one observation says of an attribute. */
export function instanceId(row: number, n: number): string {
  return `urn:ngsi-ld:Instance:${row}:${n}`;
}

const VALUES: { readonly [type: string]: string } = {
  Relationship: "objects",
  LanguageProperty: "languageMaps",
  VocabProperty: "vocabs",
  JsonProperty: "jsons",
  ListProperty: "valueLists",
  ListRelationship: "objectLists",
};

/** What stands in these types is told in a map that says so (§4.5.9). */
const WRAPPED: { readonly [type: string]: string } = {
  LanguageProperty: "languageMap",
  VocabProperty: "vocab",
  JsonProperty: "json",
};

function valueJson({ said, time }: Moment, context: TermContext, { form }: TemporalForm): unknown {
  const told = instanceJson(said, context, form) as JsonMap;
  const member = WRAPPED[String(said.type)];
  const value = member === undefined ? contentOf(said) : { [member]: told[member] };
  return [value, typeof said.observedAt === "string" ? said.observedAt : briefTime(time)];
}
