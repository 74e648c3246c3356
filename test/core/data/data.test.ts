import { COSEKey, Sign1 } from "@auth0/cose";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CborValue,
  completeEntry,
  composeEntry,
  decodeEntry,
  decodeFact,
  decodeObservations,
  encodeCbor,
  encodeEntryHeader,
  encodeFact,
  encodeObservations,
  encodeSign1,
  type Fact,
  factLeaf,
  factNumber,
  factRoot,
  fitObservations,
  type Hash,
  hashLeaf,
  joinObservations,
  judgeEntry,
  type KeySpec,
  MAX_ENTRY_FACTS_BYTES,
  MAX_FACT_BYTES,
  MAX_OBSERVATION_FACTS,
  MAX_OBSERVATIONS,
  matchBody,
  merkleRoot,
  type Observation,
  observationsRoot,
  openDataset,
  ownerOf,
  pictureType,
  present,
  type ValueReader,
} from "../../../src/core/index.ts";
import { ChildLog, describing } from "../state/kinds/child-log.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  register,
  type TestLedger,
  testKey,
} from "../state/kit.ts";
import { fact, READING, signed } from "./kit.ts";

const CITY = "MA.156.1301";
const OFFICE = `${CITY}.02`;
const AIR = `${OFFICE}/DATA/AIR`;
const SENSOR = `${OFFICE}/AIR/7`;
const salt = new Uint8Array(16).fill(7);

describe("facts", () => {
  const refused = (value: CborValue) => {
    const read = decodeObservations(encodeCbor(value));
    return read.ok ? "taken" : read.error;
  };

  it("come back as they were, and hash like any leaves", () => {
    const hidden: Observation = [present(READING[0], "a fact"), factLeaf(present(READING[1], "2"))];
    const read = decodeObservations(encodeObservations([READING, hidden]));
    expect(read).toEqual({ ok: true, value: [READING, hidden] });
    const leaves = READING.map((each) => hashLeaf(encodeFact(each as Fact)));
    expect(factRoot(READING)).toEqual(merkleRoot(leaves));
    expect(observationsRoot([READING])).toEqual(merkleRoot([hashLeaf(factRoot(READING))]));
    expect(decodeFact(encodeFact(fact("a", [true, "x", { b: salt }])))).toMatchObject({ ok: true });
  });

  it("that are kept back change nothing of the root", () => {
    const hidden = READING.map((each, i) => (i === 1 ? factLeaf(each) : each));
    expect(factRoot(hidden)).toEqual(factRoot(READING));
    expect(matchBody({ count: 1, root: observationsRoot([READING]) }, [hidden])).toMatchObject({
      ok: true,
    });
  });

  it("are refused where they are not in order, at their place", () => {
    const good = [salt, "a", 1];
    const at = (observation: number, place: number, want: unknown) => ({
      ...{ code: "DATA_FACT", observation, fact: place, want },
    });
    expect(refused(1)).toMatchObject(at(-1, -1, expect.stringMatching("observations")));
    expect(refused([])).toMatchObject(at(-1, -1, expect.stringMatching("observations")));
    expect(refused([[good], []])).toMatchObject(at(1, -1, expect.stringMatching("facts")));
    expect(refused([[good, good]])).toMatchObject(at(0, 1, expect.stringMatching("behind")));
    expect(refused([[[salt, "b", 1], good]])).toMatchObject(at(0, 1, expect.anything()));
    expect(refused([[salt]])).toMatchObject(at(0, 0, expect.stringMatching("kept back")));
    expect(refused([[1]])).toMatchObject(at(0, 0, "[salt, name, value]"));
    expect(refused([[[salt, "a"]]])).toMatchObject(at(0, 0, "[salt, name, value]"));
    expect(refused([[[1, "a", 1]]])).toMatchObject(at(0, 0, expect.stringMatching("salt")));
    expect(refused([[[new Uint8Array(15), "a", 1]]])).toMatchObject(at(0, 0, expect.anything()));
    for (const name of [1, "", "1a", "a b", "é", "a".repeat(257)]) {
      expect(refused([[[salt, name, 1]]])).toMatchObject(at(0, 0, expect.stringMatching("name")));
    }
    const keyed = new Map([[1, 1]]);
    for (const value of [null, [null], { a: null }, keyed, { a: keyed }]) {
      expect(refused([[[salt, "a", value as CborValue]]])).toMatchObject(
        at(0, 0, expect.stringMatching("null")),
      );
    }
    const long = "x".repeat(MAX_FACT_BYTES);
    expect(refused([[[salt, "a", long]]])).toMatchObject(at(0, 0, expect.stringMatching("bytes")));
    // Whether it may be too long is seen without encoding it; where it may, it is encoded.
    const half = "x".repeat(MAX_FACT_BYTES / 2);
    for (const said of [half, [half, 1], { a: half }, new Uint8Array(9), [true], { a: [-1] }]) {
      expect(refused([[[salt, "a", said]]])).toBe("taken");
    }
    for (const said of [[half, half], { a: half, b: half }, "汉".repeat(MAX_FACT_BYTES / 3)]) {
      expect(refused([[[salt, "a", said]]])).toMatchObject(
        at(0, 0, expect.stringMatching("bytes")),
      );
    }
    const many = Array.from({ length: MAX_OBSERVATION_FACTS + 1 }, () => good);
    expect(refused([many])).toMatchObject(at(0, -1, expect.anything()));
    // Cut off inside of a list, and in its head; a list that is too long is not read.
    for (const bytes of [Uint8Array.of(0x82, 0x80), Uint8Array.of(0x99, 0x01)]) {
      expect(decodeObservations(bytes)).toMatchObject({
        error: { code: "DATA_FACT", want: "deterministic CBOR (CBOR_TRUNCATED)" },
      });
    }
    const tooMany = decodeObservations(Uint8Array.of(0x99, 0x27, 0x11));
    expect(tooMany).toMatchObject({
      error: { code: "DATA_FACT", want: "1 to 10000 observations" },
    });
    const trailing = decodeObservations(Uint8Array.of(0x80, 0x00));
    expect(trailing).toMatchObject({ error: at(-1, -1, expect.stringMatching("CBOR_TRAILING")) });
    const max = MAX_ENTRY_FACTS_BYTES;
    expect(decodeObservations(new Uint8Array(max + 1))).toEqual({
      ok: false,
      error: { code: "DATA_FACTS_SIZE", got: max + 1, max },
    });
    expect(decodeFact(encodeCbor(1))).toMatchObject({ error: at(-1, -1, "[salt, name, value]") });
    expect(decodeFact(Uint8Array.of(0xff))).toMatchObject({ error: { code: "DATA_FACT" } });
  });

  it("hold fractions in one exact spelling", () => {
    const taken = (decimal: CborValue) => refused([[[salt, "a", { decimal }]]]) === "taken";
    for (const text of ["0.5", "-7.25", "12345678901234567890", "-0.001"]) {
      expect(taken(text), text).toBe(true);
    }
    for (const text of ["5", "0.50", "00.5", ".5", "5.", "1e3", "-0", "+1.5", "", 5]) {
      expect(taken(text), String(text)).toBe(false);
    }
    expect(taken("1.".padEnd(401, "1"))).toBe(false);
    // With a second field it is a map like any other.
    expect(refused([[[salt, "a", { decimal: "x", unit: "m" }]]])).toBe("taken");
    expect([0.5, -2, 1e21, 1.5e-7, -1.25e22, 1e-9].map(factNumber)).toEqual([
      { decimal: "0.5" },
      -2,
      { decimal: "1000000000000000000000" },
      { decimal: "0.00000015" },
      { decimal: "-12500000000000000000000" },
      { decimal: "0.000000001" },
    ]);
  });

  it("hold every finite number that a program can have", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, (value) => {
        const said = factNumber(value);
        const back =
          typeof said === "number" ? said : Number((said as { decimal: string }).decimal);
        expect(back).toBe(Object.is(value, -0) ? 0 : value);
        expect(refused([[[salt, "a", said]]])).toBe("taken");
      }),
    );
  });
});

describe("observations that somebody made", () => {
  const verdicts = (observations: readonly Observation[]) => {
    const bytes = encodeObservations(observations);
    const read = decodeObservations(bytes);
    return {
      fit: fitObservations(observations, bytes.length),
      read: read.ok ? { ok: true, value: undefined } : read,
    };
  };
  const of = (value: CborValue, name = "a"): Observation[] => [[{ salt, name, value }]];
  const nested = (levels: number): CborValue => (levels === 0 ? 1 : [nested(levels - 1)]);
  const deeper = (levels: number): CborValue => (levels === 0 ? 1 : { a: deeper(levels - 1) });

  it("are those of one entry together as if they had been made together", () => {
    const many = (count: number, from: number) =>
      Array.from({ length: count }, (_, i) => of(from + i)[0] ?? []);
    for (const counts of [[1], [1, 1], [23, 1], [1, 300], [20, 4, 300]]) {
      const parts = counts.map((count, i) => many(count, 1000 * i));
      const joined = joinObservations(parts.map(encodeObservations));
      expect(joined).toEqual(encodeObservations(parts.flat()));
    }
  });

  it("fit where they can be read again, and are refused as reading them refuses", () => {
    const short = { salt: salt.slice(1), name: "a", value: 1 };
    for (const [observations, verdict] of [
      [[READING], "taken"],
      [[[factLeaf(present(READING[0], "a fact"))]], "taken"],
      [of(nested(21)), "taken"],
      [of(nested(22)), "DATA_FACT"],
      [[[short], ...of(nested(22))], "DATA_FACT"],
      [of(deeper(21)), "taken"],
      [of(deeper(22)), "DATA_FACT"],
      [of({ a: [1, { b: [new Uint8Array(3), "c"] }] }), "taken"],
      [[], "DATA_FACT"],
      [[[]], "DATA_FACT"],
      [[[short]], "DATA_FACT"],
      [[[new Uint8Array(31) as Hash]], "DATA_FACT"],
      [of(1, "a b"), "DATA_FACT"],
      [of(null), "DATA_FACT"],
      [of({ decimal: "1.50" }), "DATA_FACT"],
      [of("x".repeat(MAX_FACT_BYTES)), "DATA_FACT"],
      [[[...READING].reverse()], "DATA_FACT"],
      [new Array<Observation>(MAX_OBSERVATIONS + 1).fill(of(1)[0] ?? []), "DATA_FACT"],
    ] as const) {
      const { fit, read } = verdicts(observations);
      expect(fit.ok ? "taken" : fit.error.code).toBe(verdict);
      expect(fit).toEqual(read);
    }
    expect(fitObservations([READING], MAX_ENTRY_FACTS_BYTES + 1)).toEqual({
      ok: false,
      error: {
        code: "DATA_FACTS_SIZE",
        got: MAX_ENTRY_FACTS_BYTES + 1,
        max: MAX_ENTRY_FACTS_BYTES,
      },
    });
  });
});

describe("a picture", () => {
  it("is told from its first bytes", () => {
    const text = (value: string) => new TextEncoder().encode(value);
    expect(pictureType(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBe("image/jpeg");
    expect(pictureType(Uint8Array.from([0x89, ...text("PNG\r\n\x1a\n")]))).toBe("image/png");
    expect(pictureType(text("RIFF0000WEBP"))).toBe("image/webp");
    for (const other of ["RIFF0000WAVE", "<svg/>", "GIF89a", ""]) {
      expect(pictureType(text(other)), other).toBeUndefined();
    }
  });
});

describe("an entry", () => {
  it("is read back as it was made, and verified by a library from outside", async () => {
    const entry = signed(SENSOR, "sensor", { iatSeconds: 1_700_000_000 });
    expect(entry).toMatchObject({
      ...{ source: SENSOR, audience: "air.test/log", iatSeconds: 1_700_000_000, count: 1, alg: -8 },
      ...{ root: observationsRoot([READING]), hash: hashLeaf(entry.bytes) },
    });
    const theirs = Sign1.decode(entry.bytes);
    const key = await COSEKey.import(encodeCbor(testKey("sensor").key)).toKeyLike();
    await expect(theirs.verify(key)).resolves.toBeUndefined();
  });

  it("has one form", () => {
    const made = (payload: CborValue, iss = SENSOR, more: object = {}) => {
      const claims = new Map<number, CborValue>([
        [1, iss],
        [3, "air.test/log"],
        [6, 1],
      ]);
      const header = new Map<number, CborValue>([
        [1, -8],
        [3, "application/vnd.cityid.data+cbor"],
        [4, new Uint8Array(8)],
        [15, claims],
      ]);
      const signature = new Uint8Array(64);
      const parts = { protectedBytes: encodeCbor(header), payload: encodeCbor(payload), signature };
      const read = decodeEntry(encodeSign1({ ...parts, ...more }));
      return read.ok ? "taken" : read.error;
    };
    const root = new Uint8Array(32);
    const misfit = (field: string) => ({ code: "DATA_ENTRY", field });
    expect(made({ n: 1, root })).toBe("taken");
    expect(made({ n: MAX_OBSERVATIONS, root })).toBe("taken");
    expect(made({ n: 1, root }, "member/A")).toMatchObject(misfit("iss"));
    const webauthn = { authenticatorData: root, clientDataJson: root };
    expect(made({ n: 1, root }, SENSOR, { webauthn })).toMatchObject(misfit("unprotected"));
    expect(made([1])).toMatchObject(misfit("payload"));
    expect(made({ n: 1, root, x: 1 })).toMatchObject(misfit("payload"));
    for (const n of [0, -1, MAX_OBSERVATIONS + 1, "1"]) {
      expect(made({ n, root })).toMatchObject(misfit("n"));
    }
    expect(made({ n: 1, root: new Uint8Array(31) })).toMatchObject(misfit("root"));
    expect(made({ n: 1, root: "x" })).toMatchObject(misfit("root"));
    expect(decodeEntry(Uint8Array.of(1))).toMatchObject({ error: { code: "COSE_TAG" } });
  });

  it("has a header that others of the same second have too", () => {
    const entry = signed(SENSOR, "sensor", { iatSeconds: 1_800_000_000 });
    const { alg, kid } = entry;
    const header = encodeEntryHeader(entry, { alg, kid });
    expect(composeEntry(entry, { alg, kid }, header).message).toEqual(entry.message);
    expect(encodeEntryHeader({ ...entry, iatSeconds: 1 }, { alg, kid })).not.toEqual(header);
  });

  it("is known without being read to whoever composed it", () => {
    const entry = signed(SENSOR, "sensor", { iatSeconds: 1_800_000_000 });
    const { source, audience, iatSeconds, count, root, alg, kid } = entry;
    const claims = { source, audience, iatSeconds, count, root };
    const unsigned = composeEntry(claims, { alg, kid });
    const complete = completeEntry(claims, { alg, kid }, unsigned, entry.signature);
    expect(complete).toEqual(entry);
  });
});

describe("judging an entry", () => {
  const log = new ChildLog("air.test/log");

  const stateOf = (ledger: TestLedger) => ledger as unknown as ValueReader;
  const now = (ledger: TestLedger) => Math.floor(ledger.now / 1000);

  function described(more: readonly KeySpec[] = []): TestLedger {
    const ledger = cityLedger();
    const keys = [keySpec("gateway", ["data"]), keySpec("office", ["govern"]), ...more];
    register(ledger, [child(OFFICE, "department", { keys })]);
    register(ledger, [child(`${OFFICE}/DATA`, "class"), child(`${OFFICE}/AIR`, "class")]);
    register(ledger, [child(AIR, "dataset"), child(SENSOR, "thing")]);
    ledger.must(describing(ledger, AIR, log), city);
    return ledger;
  }

  function judge(
    ledger: TestLedger,
    source: string,
    word: string,
    more: Partial<Parameters<typeof signed>[2]> = {},
  ) {
    const dataset = openDataset(stateOf(ledger), code(AIR));
    if (!dataset.ok) return dataset.error;
    const entry = signed(source, word, { iatSeconds: now(ledger), ...more });
    const judged = judgeEntry(stateOf(ledger), dataset.value, entry, now(ledger));
    return judged.ok ? judged.value.holder : judged.error;
  }

  function keys(ledger: TestLedger, of: string, change: object, key: string, iss = of): void {
    const { control: prev } = ledger.record(of);
    ledger.must({ op: "keys", code: code(of), prev, ...change } as never, { iss, key });
  }

  it("takes a key of the source, or of the nearest that has data keys", () => {
    const ledger = described();
    expect(judge(ledger, OFFICE, "gateway")).toBe(`${OFFICE}#1`);
    expect(judge(ledger, SENSOR, "gateway")).toBe(`${OFFICE}#1`);
    expect(judge(ledger, CITY, "city")).toBe(`${CITY}#1`);
    expect(judge(ledger, SENSOR, "sensor")).toMatchObject({ code: "AUTH_KEY_UNKNOWN" });
    keys(ledger, SENSOR, { add: [keySpec("sensor", ["data"])] }, "office", OFFICE);
    expect(judge(ledger, SENSOR, "sensor")).toBe(`${SENSOR}#1`);
    // Giving it keys moved the use to the sensor.
    expect(judge(ledger, SENSOR, "gateway")).toMatchObject({
      code: "AUTH_KEY_UNKNOWN",
      issuer: SENSOR,
    });
    // A ledger that a subtree was delegated to holds nothing of what stands above.
    const below = {
      get: (key: string) => (key === `code/${OFFICE}` ? undefined : ledger.get(key)),
    };
    const dataset = openDataset(below as unknown as ValueReader, code(AIR));
    const entry = signed(SENSOR, "gateway", { iatSeconds: now(ledger) });
    const alone = described();
    const hidden = {
      get: (key: string) => (key === `code/${OFFICE}` ? undefined : alone.get(key)),
    };
    if (!dataset.ok) throw new Error(dataset.error.code);
    expect(
      judgeEntry(hidden as unknown as ValueReader, dataset.value, entry, now(ledger)),
    ).toMatchObject({ error: { code: "AUTH_KEY_UNKNOWN", issuer: SENSOR } });
    expect(ownerOf(code(AIR))).toBe(OFFICE);
    expect(ownerOf(code("MA"))).toBe("MA");
  });

  it("refuses in the documented order, with one cause each", () => {
    const ledger = described();
    const t = now(ledger);
    expect(judge(ledger, OFFICE, "gateway", { audience: "other/log" })).toEqual({
      code: "DATA_AUDIENCE",
      got: "other/log",
      want: "air.test/log",
    });
    const window = { earliest: t - 604_800, latest: t + 600 };
    for (const iat of [t - 604_801, t + 601]) {
      expect(judge(ledger, OFFICE, "gateway", { iatSeconds: iat })).toEqual({
        code: "DATA_TIME",
        iat,
        ...window,
      });
    }
    expect(judge(ledger, OFFICE, "gateway", { iatSeconds: t - 604_800 })).toBe(`${OFFICE}#1`);
    expect(judge(ledger, `${CITY}.03`, "gateway")).toEqual({
      code: "DATA_SOURCE",
      source: `${CITY}.03`,
      owner: OFFICE,
    });
    expect(judge(ledger, `${OFFICE}/AIR/8`, "gateway")).toMatchObject({ code: "STATE_UNKNOWN" });
    expect(judge(ledger, OFFICE, "office")).toMatchObject({ code: "AUTH_KEY_USE", want: "data" });
    expect(judge(ledger, "MA.156", "gateway")).toMatchObject({
      code: "AUTH_KEY_UNKNOWN",
      issuer: "MA.156",
    });
    expect(judge(ledger, OFFICE, "gateway", { alg: -7 })).toMatchObject({ code: "AUTH_SIGNATURE" });
  });

  it("judges closed keys by when they say that they signed", () => {
    const ledger = described([keySpec("second", ["data"])]);
    const before = now(ledger);
    ledger.wait(60);
    const close = (word: string, why: object) =>
      keys(ledger, OFFICE, { close: [{ kid: testKey(word).kid, ...why }] }, "office");
    close("gateway", { why: "retired" });
    expect(judge(ledger, OFFICE, "gateway", { iatSeconds: before })).toBe(`${OFFICE}#1`);
    expect(judge(ledger, OFFICE, "gateway")).toMatchObject({
      code: "AUTH_KEY_CLOSED",
      why: "retired",
    });
    close("second", { why: "compromised", since: now(ledger) });
    expect(judge(ledger, OFFICE, "second", { iatSeconds: before })).toMatchObject({
      code: "AUTH_KEY_CLOSED",
      why: "compromised",
    });
  });

  it("keeps keys within their scope, and passkeys out", () => {
    const passkey = { rpId: "city.example", origin: "https://city.example" };
    const ledger = described([
      keySpec("lamps", ["data"], { scope: { under: code(`${OFFICE}/LAMP`) } }),
      keySpec("passkey", ["data"], passkey),
      keySpec("over", ["data"], { scope: { until: 1 } }),
    ]);
    expect(judge(ledger, OFFICE, "lamps")).toMatchObject({ code: "AUTH_KEY_UNDER" });
    expect(judge(ledger, OFFICE, "passkey")).toMatchObject({ code: "AUTH_WEBAUTHN" });
    expect(judge(ledger, OFFICE, "over")).toMatchObject({ code: "AUTH_KEY_UNTIL" });
  });

  it("needs a dataset in force with a log, and a source in force", () => {
    const ledger = described();
    const none = openDataset(stateOf(ledger), code(SENSOR));
    expect(none).toEqual({ ok: false, error: { code: "DATA_NO_LOG", subject: SENSOR } });
    const status = (of: string) => {
      const { control: prev } = ledger.record(of);
      const suspend = { op: "status", code: code(of), prev, do: "suspend", reason: "x" } as const;
      ledger.must(suspend, city);
    };
    status(SENSOR);
    expect(judge(ledger, SENSOR, "gateway")).toMatchObject({ code: "STATE_SUSPENDED" });
    status(AIR);
    expect(judge(ledger, OFFICE, "gateway")).toMatchObject({ code: "STATE_SUSPENDED" });
  });

  it("matches what was sent with what was signed", () => {
    const root = observationsRoot([READING]);
    expect(matchBody({ count: 2, root }, [READING])).toEqual({
      ok: false,
      error: { code: "DATA_COUNT", got: 1, want: 2 },
    });
    const other = [[fact("id", "x")]];
    expect(matchBody({ count: 1, root }, other)).toMatchObject({ error: { code: "DATA_ROOT" } });
  });
});
