import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  EMPTY_ROOT,
  formatCheckpointText,
  formatVerifierKey,
  fromUtf8,
  parseNote,
  signCheckpoint,
  utf8,
  verifyNote,
} from "../../src/core/index.ts";
import {
  formatAddCheckpoint,
  knownLogs,
  originHash,
  parseAddCheckpoint,
  type WitnessMemory,
} from "../../src/witness/index.ts";
import { signedText } from "../core/note/keys.ts";
import {
  branch,
  keyOf,
  LOG,
  memory,
  NEXT_LOG,
  NOW_SECONDS,
  ORIGIN,
  request,
  type TestWitness,
  witnessOf,
} from "./kit.ts";

const log = branch("a");
const other = branch("b", 10);
const fork = branch("a-fork", 10);
const shared = branch("c", 10);

/** What a witness says, as its codes and the facts of them. */
async function ask(witness: TestWitness, body: string) {
  const added = await witness.add(request(body));
  return added.ok ? "cosigned" : added.error;
}

/** Where a witness is, as everybody can see it. */
async function sizeOf(witness: TestWitness): Promise<number> {
  return Number((await witness.latest(originHash(ORIGIN)))?.split("\n")[1] ?? 0);
}

describe("the body of add-checkpoint", () => {
  test("is read as it was written", () => {
    fc.assert(
      fc.property(fc.nat({ max: 100 }), fc.integer({ min: 0, max: 100 }), (a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const body = log.body(first, second === 0 ? 1 : second);
        const parsed = request(body);
        expect(parsed.oldSize).toBe(first);
        expect(
          formatAddCheckpoint(parsed.oldSize, parsed.path, log.note(parsed.checkpoint.size)),
        ).toBe(body);
      }),
    );
  });

  const note = log.note(5);
  const hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=";
  test.each([
    ["", { code: "WITNESS_BODY", part: "separator" }],
    [`old 1\n${note.replace("\n\n", "\n")}`, { code: "WITNESS_BODY", part: "separator" }],
    [`old 01\n\n${note}`, { code: "WITNESS_BODY", part: "old", line: 1 }],
    [`old  1\n\n${note}`, { code: "WITNESS_BODY", part: "old" }],
    [`old -1\n\n${note}`, { code: "WITNESS_BODY", part: "old" }],
    [`old 1e3\n\n${note}`, { code: "WITNESS_BODY", part: "old" }],
    [`OLD 1\n\n${note}`, { code: "WITNESS_BODY", part: "old" }],
    [`old 99999999999999999999\n\n${note}`, { code: "WITNESS_BODY", part: "old" }],
    [`\n\n${note}`, { code: "WITNESS_BODY", part: "old" }],
    [`old 1\r\n\n${note}`, { code: "WITNESS_BODY", part: "old" }],
    [
      `old 1\n${hash}\n${hash.slice(4)}\n\n${note}`,
      { code: "WITNESS_BODY", part: "hash", line: 3 },
    ],
    [`old 1\n${hash.slice(0, -1)}\n\n${note}`, { code: "WITNESS_BODY", part: "hash", line: 2 }],
    [
      `old 1\n${`${hash}\n`.repeat(64)}\n${note}`,
      { code: "WITNESS_BODY", part: "hashes", line: 65 },
    ],
    [`old 1\n\n${note}x`, { code: "NOTE_SEPARATOR" }],
    [`old 1\n\n\n${note}`, { code: "CHECKPOINT_ORIGIN", origin: "" }],
    [`old 0\n\n${ORIGIN}\n5\nnothing\n`, { code: "NOTE_SEPARATOR" }],
  ])("%j is refused", (text, error) => {
    expect(parseAddCheckpoint(text)).toMatchObject({ ok: false, error });
  });

  test("may bring 63 hashes", () => {
    expect(parseAddCheckpoint(`old 1\n${`${hash}\n`.repeat(63)}\n${note}`).ok).toBe(true);
  });
});

describe("a witness", () => {
  test("cosigns what grew, with the time of now, and shows it", async () => {
    const witness = witnessOf();
    const first = await witness.add(request(log.body(0, 7)));
    if (!first.ok) throw new Error(first.error.code);
    const text = log.note(7).slice(0, log.note(7).indexOf("\n\n") + 1);
    const note = parseNote(`${text}\n${first.value}`);
    expect(note.ok && verifyNote(note.value, [witness.signer.key])).toEqual({
      ok: true,
      value: [{ key: witness.signer.key, timeSeconds: NOW_SECONDS }],
    });
    expect(await ask(witness, log.body(7, 12))).toBe("cosigned");
    const shown = parseNote((await witness.latest(originHash(ORIGIN))) ?? "");
    const both = shown.ok && verifyNote(shown.value, [LOG.key, witness.signer.key]);
    expect(both).toMatchObject({
      ok: true,
      value: [{ key: LOG.key }, { key: witness.signer.key }],
    });
    expect(shown.ok && shown.value.text).toMatch(/\n12\n/);
  });

  test("cosigns extension lines with the rest of the text, and remembers them", async () => {
    const kept = memory();
    const noteAt = (of: typeof log, size: number, more: string) =>
      signedText(`${formatCheckpointText(of.checkpoint(size))}${more}`, LOG);
    const witness = witnessOf({ memory: kept });
    const first = noteAt(log, 3, "one\ntwo\n");
    const line = await witness.add(request(formatAddCheckpoint(0, [], first)));
    if (!line.ok) throw new Error(line.error.code);
    const note = parseNote(`${first}${line.value}`);
    expect(note.ok && verifyNote(note.value, [witness.signer.key])).toMatchObject({
      ok: true,
      value: [{ key: witness.signer.key }],
    });
    // What it remembers is read again after a start.
    const again = witnessOf({ memory: kept });
    expect(await again.latest(originHash(ORIGIN))).toBe(`${first}${line.value}`);
    const grown = formatAddCheckpoint(3, log.consistency(3, 5), noteAt(log, 5, "three\n"));
    expect(await ask(again, grown)).toBe("cosigned");
    // Other lines are another text, and no other history.
    expect(await ask(again, formatAddCheckpoint(5, [], noteAt(log, 5, "four\n")))).toBe("cosigned");
    const forked = formatAddCheckpoint(5, [], noteAt(branch("z"), 5, "three\n"));
    expect(await ask(again, forked)).toEqual({ code: "WITNESS_ROOT", size: 5 });
    expect(again.frauds[0]).toMatchObject({ second: noteAt(branch("z"), 5, "three\n") });
    const blank = formatAddCheckpoint(5, [], noteAt(log, 5, "one\n\ntwo\n"));
    expect(parseAddCheckpoint(blank)).toMatchObject({ error: { code: "CHECKPOINT_LINES" } });
  });

  test("takes size 0, and the same size again with another time", async () => {
    const witness = witnessOf();
    const empty = signCheckpoint({ origin: ORIGIN, size: 0, root: EMPTY_ROOT }, [LOG]);
    expect(await ask(witness, `old 0\n\n${empty}`)).toBe("cosigned");
    expect(await ask(witness, `old 0\n\n${empty}`)).toBe("cosigned");
    const notEmpty = signCheckpoint({ origin: ORIGIN, size: 0, root: log.root(1) }, [LOG]);
    expect(await ask(witness, `old 0\n\n${notEmpty}`)).toEqual({ code: "WITNESS_ROOT", size: 0 });
    expect(await ask(witness, log.body(0, 3))).toBe("cosigned");
    witness.clock.now += 60_000;
    const again = await witness.add(request(log.body(3, 3)));
    const time = parseNote(`x\n\n${again.ok && again.value}`);
    expect(
      time.ok &&
        new DataView(time.value.signatures[0]?.signature.buffer ?? new ArrayBuffer(8)).getUint32(4),
    ).toBe(NOW_SECONDS + 60);
  });

  test.each([
    [
      "of a log that it was not told of",
      branch("a", 0, "x.example/log").body(0, 5),
      { code: "WITNESS_ORIGIN", origin: "x.example/log" },
    ],
    [
      "signed by nobody it knows",
      formatAddCheckpoint(0, [], log.note(5, [NEXT_LOG])),
      { code: "WITNESS_SIGNATURE", cause: "NOTE_UNSIGNED" },
    ],
    [
      "whose signature is of another text",
      formatAddCheckpoint(
        0,
        [],
        `${log.note(5).split("\n\n")[0]}\n\n${log.note(6).split("\n\n")[1]}`,
      ),
      { code: "WITNESS_SIGNATURE", cause: "NOTE_SIGNATURE" },
    ],
    [
      "with an old size beyond it",
      formatAddCheckpoint(6, [], log.note(5)),
      { code: "WITNESS_OLD_SIZE", oldSize: 6, size: 5 },
    ],
    [
      "from a size where the witness is not",
      log.body(2, 5),
      { code: "WITNESS_SIZE", got: 2, want: 3 },
    ],
    ["smaller than what it saw", log.body(1, 2), { code: "WITNESS_SIZE", want: 3 }],
    [
      "with a path from nothing",
      formatAddCheckpoint(0, log.consistency(3, 5), log.note(5)),
      { code: "WITNESS_SIZE" },
    ],
    [
      "with a path that is too short",
      formatAddCheckpoint(3, log.consistency(3, 5).slice(1), log.note(5)),
      { code: "WITNESS_PROOF", cause: "PROOF_LENGTH" },
    ],
    [
      "with the path of a branch",
      formatAddCheckpoint(3, branch("z").consistency(3, 5), branch("z").note(5)),
      { code: "WITNESS_PROOF", cause: "PROOF_FIRST_ROOT" },
    ],
    [
      "with another root of the same size",
      branch("z").body(3, 3),
      { code: "WITNESS_ROOT", size: 3 },
    ],
    [
      "with a path though nothing grew",
      formatAddCheckpoint(3, log.consistency(2, 3), log.note(3)),
      { code: "WITNESS_PROOF" },
    ],
  ])("refuses one %s, and stays where it was", async (_, body, error) => {
    const witness = witnessOf();
    expect(await ask(witness, log.body(0, 3))).toBe("cosigned");
    expect(await ask(witness, body)).toMatchObject(error);
    expect(await sizeOf(witness)).toBe(3);
  });

  test("refuses a path where there is nothing that it could begin at", async () => {
    const body = formatAddCheckpoint(0, log.consistency(3, 5), log.note(5));
    expect(await ask(witnessOf(), body)).toEqual({ code: "WITNESS_PROOF", cause: "PROOF_LENGTH" });
  });

  test("takes two keys of one log while they rotate, and passes over lines of strangers", async () => {
    const policy = `log ${formatVerifierKey(LOG.key)}\nlog ${formatVerifierKey(NEXT_LOG.key)}\nquorum none\n`;
    const witness = witnessOf({ policy });
    const stranger = keyOf("s.example", "ed25519", "stranger");
    expect(
      await ask(witness, formatAddCheckpoint(0, [], log.note(3, [LOG, NEXT_LOG, stranger]))),
    ).toBe("cosigned");
    const shown = await witness.latest(originHash(ORIGIN));
    expect(shown).not.toContain("s.example");
    expect(shown?.match(/— log\.example\/log /g)).toHaveLength(2);
    const later = formatAddCheckpoint(3, log.consistency(3, 9), log.note(9, [NEXT_LOG]));
    expect(await ask(witness, later)).toBe("cosigned");
  });

  test("keeps both sides when a log shows two roots of one size, whichever size it begins at", async () => {
    const witness = witnessOf();
    expect(await ask(witness, shared.body(0, 20))).toBe("cosigned");
    for (const old of [20, 0, 5]) {
      const body = formatAddCheckpoint(
        old,
        old === 0 ? [] : fork.consistency(old, 20),
        fork.note(20),
      );
      expect(await ask(witness, body)).toEqual({ code: "WITNESS_ROOT", size: 20 });
    }
    expect(witness.frauds[0]).toEqual({
      origin: ORIGIN,
      first: shared.note(20),
      second: fork.note(20),
    });
  });

  test("of 100 requests of two branches at once stores one branch", async () => {
    const kept = memory();
    const witness = witnessOf({ memory: kept });
    expect(await ask(witness, other.body(0, 10))).toBe("cosigned");
    const sizes = Array.from({ length: 50 }, (_, i) => 11 + i);
    const bodies = sizes.flatMap((size) => [
      { of: "other", body: other.body(10, size) },
      { of: "fork", body: fork.body(10, size) },
    ]);
    const answers = await Promise.all(
      bodies.map(async ({ of, body }) => ({ of, said: await ask(witness, body) })),
    );
    const taken = answers.filter(({ said }) => said === "cosigned");
    // All begin at 10: the first that is stored moves the witness on, and all others are told so.
    expect(taken).toHaveLength(1);
    // Both notes, and with the first one the list of logs.
    expect(kept.puts).toBe(3);
  });

  test("goes on from its memory in a new process, however the old one ended", async () => {
    const kept = memory();
    expect(await ask(witnessOf({ memory: kept }), other.body(0, 30))).toBe("cosigned");
    const again = witnessOf({ memory: kept });
    expect(await ask(again, fork.body(0, 30))).toEqual({ code: "WITNESS_ROOT", size: 30 });
    expect(await ask(again, fork.body(30, 40))).toMatchObject({ code: "WITNESS_PROOF" });
    expect(await ask(again, other.body(30, 40))).toBe("cosigned");
  });

  test("cosigns nothing that was not stored, and looks again at what is", async () => {
    const kept = memory();
    const broken: WitnessMemory = {
      get: kept.get,
      // The worst of both: it is written, and yet the write fails.
      put: async (name, note) => {
        await kept.put(name, note);
        throw new Error("EIO");
      },
    };
    const witness = witnessOf({ memory: broken });
    await expect(witness.add(request(other.body(0, 30)))).rejects.toThrow("EIO");
    expect(await ask(witness, fork.body(0, 30))).toEqual({ code: "WITNESS_ROOT", size: 30 });
    // What may not be durable is stored again before it is cosigned.
    await expect(witness.add(request(other.body(30, 30)))).rejects.toThrow("EIO");
  });

  test("cosigns nothing of a log of which it cannot read what it saw", async () => {
    const kept = memory();
    const witness = () => witnessOf({ memory: kept });
    expect(await ask(witness(), log.body(0, 3))).toBe("cosigned");
    const [name = ""] = kept.notes.keys();
    const note = fromUtf8(kept.notes.get(name) ?? new Uint8Array()) ?? "";
    for (const damaged of ["", note.slice(1), note.replace(ORIGIN, "y.example/log")]) {
      kept.notes.set(name, utf8(damaged));
      expect(await ask(witness(), log.body(3, 4))).toEqual({
        code: "WITNESS_MEMORY",
        origin: ORIGIN,
      });
    }
  });

  test("cosigns nothing of a log of which it lost what it saw: not from the beginning again", async () => {
    const kept = memory();
    const witness = () => witnessOf({ memory: kept });
    expect(await ask(witness(), log.body(0, 3))).toBe("cosigned");
    kept.notes.delete(`seen/${originHash(ORIGIN)}`);
    for (const body of [log.body(3, 4), fork.body(0, 3)]) {
      expect(await ask(witness(), body)).toEqual({ code: "WITNESS_MEMORY", origin: ORIGIN });
    }
  });
});

describe("the logs that a witness knows", () => {
  const vkey = formatVerifierKey(LOG.key);
  test("are those of all policies that can be read, but never its own", () => {
    const own = keyOf("own.example/log", "ed25519", "own");
    const { logs, unreadable } = knownLogs(
      [
        { name: "a", text: `log ${vkey} https://log.example\nquorum none\n` },
        { name: "b", text: `log ${vkey}\nlog ${formatVerifierKey(NEXT_LOG.key)}\nquorum none\n` },
        { name: "c", text: "log what\nquorum none\n" },
        { name: "d", text: `log ${formatVerifierKey(own.key)}\nquorum none\n` },
      ],
      "own.example/log",
    );
    expect(logs.keysOf(ORIGIN)).toEqual([LOG.key, NEXT_LOG.key]);
    expect(logs.keysOf("own.example/log")).toEqual([]);
    expect(logs.origins).toEqual([ORIGIN]);
    expect(unreadable).toMatchObject([{ name: "c", refusal: { code: "POLICY_KEY" } }]);
  });
});
