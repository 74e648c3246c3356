import {
  type ClassItem,
  type Code,
  fromHex,
  type Gazette,
  hex,
  type IsoDate,
  type RegisterItem,
  utf8,
} from "../../core/index.ts";
import { prepareEvidence, sealEvidence, signApplication } from "../../sdk/index.ts";
import { publishReadings } from "./dataset.ts";
import { CITIES, DEPARTMENTS, INSTITUTES, type Person, SHIJIAZHUANG, TRAFFIC } from "./people.ts";
import { type Acting, accepted, exists, importThings, sign, submit } from "./seeding.ts";
import { LAMP_CLASS, LAMPS, lampClass, lamps, statedNames } from "./things.ts";

/** One thing that the first start did, for the terminal and for `GET /demo`. */
export type Seeded = {
  readonly what: "gazette" | "classes" | "cities" | "departments" | "things" | "readings";
  readonly count: number;
  readonly milliseconds: number;
};

export type SeedParts = Acting & {
  /** Facts about divisions, an operation for each share of them. */
  readonly gazette: readonly Gazette[];
  readonly today: IsoDate;
  readonly nowMilliseconds: () => number;
  readonly onDone: (seeded: Seeded) => void;
};

/**
 * Fills a new ledger the way everybody else would: each step is an operation, signed by who may sign it and handed in
 * through the public API. A step that an earlier, interrupted start has done is found done.
 */
export async function seed(parts: SeedParts): Promise<readonly Seeded[]> {
  const steps = [
    ["gazette", seedGazette],
    ["classes", seedClasses],
    ["cities", seedCities],
    ["departments", seedDepartments],
    ["things", seedThings],
    ["readings", publishReadings],
  ] as const;
  const seeded: Seeded[] = [];
  for (const [what, step] of steps) {
    const began = parts.nowMilliseconds();
    const count = await step(parts);
    const done = { what, count, milliseconds: Math.round(parts.nowMilliseconds() - began) };
    parts.onDone(done);
    seeded.push(done);
  }
  return seeded;
}

const [A, B] = INSTITUTES as readonly [Person, Person, Person];

async function seedGazette(parts: SeedParts): Promise<number> {
  const { client, gazette } = parts;
  const signed: Uint8Array[] = [];
  for (const operation of gazette) signed.push((await sign(parts, A, operation)).bytes);
  for await (const outcome of client.submitMany(signed)) {
    accepted("gazette", outcome, "STATE_PREV");
  }
  return gazette.reduce((sum, { items }) => sum + items.length, 0);
}

const CLASSES: readonly ClassItem[] = [
  {
    class: "LAMP",
    names: { zh: "路灯", en: "Street lamp" },
    cjt553: "110101",
    model: "Streetlight",
    stages: ["planned", "in-use", "removed"],
    public: "all",
  },
  {
    class: "MANHOLE",
    names: { zh: "检查井盖", en: "Manhole cover" },
    stages: ["in-use", "removed"],
    public: "cell",
  },
  {
    class: "DATA",
    names: { zh: "数据集", en: "Dataset" },
    stages: ["published", "closed"],
    public: "all",
  },
];

async function seedClasses(parts: SeedParts): Promise<number> {
  const { client } = parts;
  if (await exists(client.class("LAMP"))) return CLASSES.length;
  const { id } = await submit(parts, A, {
    op: "propose",
    inner: { op: "classes", items: CLASSES },
  });
  await endorse(parts, B, id);
  return CLASSES.length;
}

async function seedCities(parts: SeedParts): Promise<number> {
  for (const city of CITIES) {
    if (!(await exists(parts.client.record(city.issuer)))) await issueCity(parts, city);
    await placeCity(parts, city);
  }
  return CITIES.length;
}

/** A city applies at institute A, which admits it; A and B decide. */
async function issueCity(parts: SeedParts, city: Person): Promise<void> {
  const { client, origin, keys, nowSeconds } = parts;
  const text = `${city.names.zh}申请统一标识的函（演示） / Letter of application (demonstration)`;
  const letter = prepareEvidence(city.issuer, "申请函.txt", utf8(text));
  const signer = keys.signer(city);
  const application = await signApplication({
    aud: origin,
    iatSeconds: nowSeconds(),
    signer,
    application: {
      op: "apply",
      code: city.issuer as Code,
      names: stated(parts, city),
      keys: [keys.spec(city)],
      evidence: [letter.evidence],
    },
  });
  const { id } = await client.apply(application.bytes, { member: memberOf(A) });
  const { recipient } = await client.member(memberOf(A));
  if (recipient !== undefined) {
    const sealed = await sealEvidence(letter.opening, recipient);
    await client
      .as({ signer, holder: `application/${id}` })
      .putEvidence(id, hex(letter.evidence.commit), sealed);
  }
  await submit(parts, A, { op: "admit", application: application.bytes });
  await endorse(parts, A, application.id);
  await endorse(parts, B, application.id);
}

/** A city states where it is by itself: an application brings names and keys only. */
async function placeCity(parts: SeedParts, city: Person): Promise<void> {
  const { record } = await parts.client.record(city.issuer);
  const prev = fromHex(record.op);
  if (city.seat === undefined || record.geometry !== undefined || prev === undefined) return;
  await submit(parts, city, {
    op: "update",
    code: city.issuer as Code,
    prev,
    geometry: { value: { point: city.seat }, validFrom: parts.today },
  });
}

async function seedDepartments(parts: SeedParts): Promise<number> {
  const items = DEPARTMENTS.map(
    (department): RegisterItem => ({
      code: department.issuer as Code,
      kind: "department",
      names: stated(parts, department),
      keys: [parts.keys.spec(department)],
    }),
  );
  if (!(await exists(parts.client.record(TRAFFIC.issuer)))) {
    await submit(parts, SHIJIAZHUANG, { op: "register", items });
  }
  return items.length;
}

async function seedThings(parts: SeedParts): Promise<number> {
  const { client, today } = parts;
  if (!(await exists(client.record(LAMP_CLASS)))) {
    await submit(parts, TRAFFIC, { op: "register", items: [lampClass(LAMP_CLASS, today)] });
  }
  await importThings(parts, TRAFFIC, LAMP_CLASS, [...lamps(today)]);
  return LAMPS;
}

function stated({ today }: SeedParts, { names }: Person): RegisterItem["names"] {
  return statedNames(names, today);
}

function memberOf({ issuer }: Person): string {
  return issuer.slice("member/".length);
}

async function endorse(parts: SeedParts, by: Person, decision: Uint8Array): Promise<void> {
  await submit(parts, by, { op: "endorse", decision, vote: "approve" });
}
