import { describe, expect, test } from "vitest";
import {
  cosign,
  evaluatePolicy,
  formatCheckpointText,
  formatSignatureLine,
  formatVerifierKey,
  type NoteSigner,
  type Policy,
  parseCheckpoint,
  parsePolicy,
} from "../../src/core/index.ts";
import { turn } from "../../src/log/index.ts";
import {
  Collector,
  type FraudProof,
  originHash,
  parseAddCheckpoint,
} from "../../src/witness/index.ts";
import {
  type Branch,
  branch,
  keyOf,
  LOG,
  memory,
  NOW_SECONDS,
  ORIGIN,
  type TestWitness,
  witnessOf,
} from "./kit.ts";

// A log that asks, and real witnesses behind a fetch without a socket.

type Answer = (body: string) => Promise<Response> | Response;

/** A witness behind its two paths. */
function served(witness: TestWitness): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    if (init.method === "GET") {
      const note = await witness.latest(url.split("/").at(-2) ?? "");
      return new Response(note ?? null, { status: note === undefined ? 404 : 200 });
    }
    const request = parseAddCheckpoint(String(init.body));
    if (!request.ok) return new Response(null, { status: 400 });
    const added = await witness.add(request.value);
    if (added.ok) return new Response(added.value);
    const { error } = added;
    if (error.code === "WITNESS_SIZE") return new Response(`${error.want}\n`, { status: 409 });
    if (error.code === "WITNESS_ROOT") return new Response(`${error.size}\n`, { status: 409 });
    return new Response(null, { status: error.code === "WITNESS_ORIGIN" ? 404 : 422 });
  };
}

type World = {
  readonly collector: Collector;
  readonly clock: { now: number };
  readonly frauds: FraudProof[];
  readonly saved: string[];
  readonly asked: string[];
  readonly policy: Policy;
  size: number;
  /** What the collector wants kept provable. */
  pinned: readonly number[];
  /** Who waits for a while. */
  readonly pauses: Set<{ readonly until: number; readonly then: () => void }>;
  branch: Branch;
  answers: Map<string, (url: string, init: RequestInit) => Promise<Response> | Response>;
};

function policyOf(text: string): Policy {
  const policy = parsePolicy(text);
  if (!policy.ok) throw new Error(policy.error.code);
  return policy.value;
}

function worldOf(
  names: readonly string[],
  quorum: string,
  witnesses: ReadonlyMap<string, TestWitness> = new Map(),
): World & { readonly witnesses: ReadonlyMap<string, TestWitness> } {
  const clock = { now: NOW_SECONDS * 1000 };
  const all = new Map(
    names.map((name) => [
      name,
      witnesses.get(name) ?? witnessOf({ name: `${name}.example`, clock }),
    ]),
  );
  const lines = names.map(
    (name) => `witness ${name} ${all.get(name)?.vkey} https://${name}.example/w/\n`,
  );
  const policy = policyOf(`log ${formatVerifierKey(LOG.key)}\n${lines.join("")}${quorum}`);
  const frauds: FraudProof[] = [];
  const [saved, asked]: string[][] = [[], []];
  const world = {
    clock,
    frauds,
    saved: saved ?? [],
    asked: asked ?? [],
    policy,
    witnesses: all,
    size: 5,
    pinned: [] as readonly number[],
    pauses: new Set<{ readonly until: number; readonly then: () => void }>(),
    branch: branch("a", 10),
    answers: new Map(
      [...all].map(([name, witness]) => [name, served(witness)] as const),
    ) as World["answers"],
  };
  const pauses = world.pauses;
  const collector = new Collector({
    log: {
      published: () => ({ size: world.size, checkpoint: world.branch.note(world.size) }),
      newest: () => world.size,
      pin: async (keep) => {
        world.pinned = [...keep, world.size];
        return { size: world.size, checkpoint: world.branch.note(world.size) };
      },
      consistency: (first, second) => world.branch.consistency(first, second),
      root: (size) => world.branch.root(size),
      sign: (size) => world.branch.note(size),
      keys: () => [LOG.key],
    },
    policy: () => policy,
    ownKeys: [OWN.key],
    maxAgeSeconds: 3600,
    fetch: async (url, init) => {
      const name = new URL(url).hostname.split(".")[0] ?? "";
      world.asked.push(`${name} ${String(init.body ?? "GET").split("\n")[0]}`);
      const answer = world.answers.get(name);
      if (answer === undefined) throw new TypeError("fetch failed");
      return answer(url, init);
    },
    clock: () => clock.now,
    pause: (milliseconds, then) => {
      const pause = { until: clock.now + milliseconds, then };
      pauses.add(pause);
      return () => void pauses.delete(pause);
    },
    fraud: async (proof) => void frauds.push(proof),
    note: () => undefined,
    save: async (note) => void saved?.push(note),
  });
  return Object.assign(world, { collector });
}

const OWN: NoteSigner = keyOf("own.example", "cosignature", "own");

/** The checkpoint as a verifier sees it that trusts the policy. */
function trust({ collector, policy, clock }: World, note = collector.checkpoint().note) {
  const parsed = parseCheckpoint(note);
  if (!parsed.ok) throw new Error(parsed.error.code);
  return evaluatePolicy(policy, parsed.value, clock.now / 1000);
}

const at = (note: string) => Number(note.split("\n")[1]);
const says = (answer: Answer) => (_: string, init: RequestInit) => answer(String(init.body));

describe("a log that is witnessed", () => {
  test("shows its checkpoint with the cosignatures of all", async () => {
    const world = worldOf(["a", "b", "c"], "group all all a b c\nquorum all\n");
    expect(trust(world)).toMatchObject({ error: { code: "POLICY_QUORUM" } });
    await world.collector.turn();
    expect(trust(world)).toMatchObject({ ok: true, value: { sinceSeconds: NOW_SECONDS } });
    expect(world.asked).toEqual(["a old 0", "b old 0", "c old 0"]);
    expect(world.saved.at(-1)).toBe(world.collector.checkpoint().note);
    expect(world.collector.statuses()).toEqual(
      ["a", "b", "c"].map((name) => ({
        name,
        size: 5,
        lag: 0,
        failures: 0,
        lastSuccess: world.clock.now,
      })),
    );
    world.size = 20;
    await world.collector.turn();
    expect(world.asked.slice(3)).toEqual(["a old 5", "b old 5", "c old 5"]);
    expect(at(world.collector.checkpoint().note)).toBe(20);
    expect(trust(world).ok).toBe(true);
  });

  test("goes to where a witness is that it has never asked, and to one that forgot", async () => {
    const world = worldOf(["a"], "quorum a\n");
    await world.collector.turn();
    world.size = 12;
    const again = worldOf(["a"], "quorum a\n", world.witnesses);
    again.size = 12;
    await again.collector.turn();
    expect(again.asked).toEqual(["a old 0", "a old 5"]);
    again.answers.set(
      "a",
      served(witnessOf({ name: "a.example", clock: again.clock, memory: memory() })),
    );
    again.size = 15;
    await again.collector.turn();
    expect(again.asked.slice(2)).toEqual(["a old 12", "a old 0"]);
    expect(at(again.collector.checkpoint().note)).toBe(15);
  });

  test("asks again for the same size three times within the age limit, and not more often", async () => {
    const world = worldOf(["a"], "quorum a\n");
    const day = Array.from({ length: 24 * 60 }, (_, minute) => minute);
    let oldest = 0;
    for (const _ of day) {
      await world.collector.turn();
      const verdict = trust(world);
      if (!verdict.ok || verdict.value.sinceSeconds === undefined) throw new Error("no age");
      oldest = Math.max(oldest, world.clock.now / 1000 - verdict.value.sinceSeconds);
      world.clock.now += 60_000;
    }
    expect(oldest).toBeLessThanOrEqual(20 * 60);
    expect(world.asked).toHaveLength(24 * 3);
    // Also after the clock was set back.
    world.clock.now -= 24 * 3600_000;
    await world.collector.turn();
    expect(trust(world)).toMatchObject({ value: { sinceSeconds: world.clock.now / 1000 } });
  });

  test("keeps showing what the quorum has while a newer checkpoint is under way", async () => {
    const world = worldOf(["a", "b"], "group both all a b\nquorum both\n");
    await world.collector.turn();
    world.answers.delete("b");
    world.size = 9;
    await world.collector.turn();
    expect(at(world.collector.checkpoint().note)).toBe(5);
    expect(trust(world).ok).toBe(true);
    // A proof of the newest state carries what there is.
    expect(world.collector.noteOf({ size: 9, checkpoint: world.branch.note(9) })).toContain(
      "a.example",
    );
    world.answers.set("b", served(world.witnesses.get("b") as TestWitness));
    world.clock.now += 1000;
    await world.collector.turn();
    expect(at(world.collector.checkpoint().note)).toBe(9);
  });

  test("takes slow witnesses to one checkpoint, though the log grows faster than they answer", async () => {
    const world = worldOf(["a", "b"], "group both all a b\nquorum both\n");
    const gates: (() => void)[] = [];
    for (const name of ["a", "b"]) {
      const real = served(world.witnesses.get(name) as TestWitness);
      world.answers.set(name, async (url, init) => {
        await new Promise<void>((resolve) => gates.push(resolve));
        return real(url, init);
      });
    }
    const turns: Promise<void>[] = [];
    // Never both at the same time, and the log grows with each step.
    for (let step = 0; step < 40; step++) {
      world.size += 1;
      world.clock.now += 100;
      turns.push(world.collector.turn());
      gates.splice(step % 2 === 0 ? 0 : -1, 1)[0]?.();
      await turn();
    }
    expect(trust(world).ok).toBe(true);
    expect(at(world.collector.checkpoint().note)).toBeGreaterThan(20);
    while (gates.length > 0) gates.pop()?.();
    await Promise.all(turns);
  });

  test("keeps what is cosigned and what is being cosigned provable, through rounds that fail", async () => {
    const world = worldOf(["a", "b"], "group both all a b\nquorum both\n");
    await world.collector.turn();
    expect(world.pinned).toEqual([5]);
    world.answers.delete("b");
    world.size = 6;
    await world.collector.turn();
    expect(world.pinned).toEqual([5, 5, 6]);
    for (const size of [7, 8]) {
      world.size = size;
      world.clock.now += 10_000;
      await world.collector.turn();
    }
    expect(world.pinned).toEqual([5, 7, 8]);
    // Nothing is kept for a policy that asks for nobody.
    const alone = worldOf(["a"], "quorum none\n");
    await alone.collector.turn();
    expect(alone.asked).toEqual(["a old 0"]);
    expect(alone.pinned).toEqual([]);
    expect(alone.collector.cosigned()).toBeUndefined();
    await alone.collector.covering(1000);
  });

  test("lets readers wait until what they ask about is cosigned, not for ever, and not all of them", async () => {
    const world = worldOf(["a"], "quorum a\n");
    let covered = 0;
    const wait = (size: number) => world.collector.covering(size).then(() => (covered += 1));
    const first = wait(5);
    await world.collector.turn();
    await first;
    expect(covered).toBe(1);
    // Covered already; and of a size that never comes.
    await wait(3);
    const late = wait(6);
    expect(world.pauses.size).toBe(1);
    await world.collector.turn();
    expect(covered).toBe(2);
    for (const { until, then } of world.pauses) {
      expect(until - world.clock.now).toBe(20_000);
      then();
    }
    await late;
    expect(covered).toBe(3);
    const crowd = Array.from({ length: 1000 }, () => wait(7));
    await wait(8);
    expect(covered).toBe(4);
    world.collector.release();
    await Promise.all(crowd);
    await wait(7);
    expect(world.pauses.size).toBe(0);
  });

  test("gives a round up after ten seconds, so that a dead witness stops nobody", async () => {
    const world = worldOf(["a", "b"], "group both all a b\nquorum both\n");
    world.answers.delete("b");
    for (let second = 0; second < 60; second++) {
      world.size += 1;
      await world.collector.turn();
      world.clock.now += 1000;
    }
    const [a, b] = world.collector.statuses();
    expect(a?.lag).toBeLessThanOrEqual(11);
    expect(b).toMatchObject({ trouble: "WITNESS_SILENT", lag: world.size });
    // Ever more rarely: after 1, 2, 4, … seconds.
    expect(world.asked.filter((line) => line.startsWith("b")).length).toBeLessThan(8);
  });

  const line = (signer: NoteSigner, time: number, size = 5) => {
    const text = formatCheckpointText(branch("a", 10).checkpoint(size));
    return formatSignatureLine(cosign(text, signer, time));
  };
  const A = keyOf("a.example", "cosignature", "a.example");
  const OTHER = keyOf("a.example", "cosignature", "other");

  test.each([
    ["is silent", undefined, "WITNESS_SILENT"],
    ["answers with nothing", () => new Response(""), "WITNESS_COSIGNATURE"],
    ["answers with a page", () => new Response("<html>\n\n</html>\n"), "WITNESS_COSIGNATURE"],
    ["answers without end", () => new Response("x".repeat(100_000)), "WITNESS_ANSWER"],
    ["cosigns by another key", () => new Response(line(OTHER, NOW_SECONDS)), "WITNESS_COSIGNATURE"],
    ["cosigns another size", () => new Response(line(A, NOW_SECONDS, 4)), "WITNESS_COSIGNATURE"],
    [
      "sends a bad signature",
      () => new Response(line(A, NOW_SECONDS).replace(/.{8}\n$/, "AAAAAAA=\n")),
      "WITNESS_COSIGNATURE",
    ],
    ["cosigns twice", () => new Response(line(A, NOW_SECONDS).repeat(2)), "WITNESS_COSIGNATURE"],
    [
      "sends text before its line",
      () => new Response(`\n${line(A, NOW_SECONDS)}`),
      "WITNESS_COSIGNATURE",
    ],
    [
      "sends an old cosignature again",
      () => new Response(line(A, NOW_SECONDS - 121)),
      "WITNESS_TIME",
    ],
    ["is ahead of time", () => new Response(line(A, NOW_SECONDS + 100_000)), "WITNESS_TIME"],
    ["knows nobody", () => new Response(null, { status: 404 }), "WITNESS_STRANGER"],
    ["does not know the key", () => new Response(null, { status: 403 }), "WITNESS_STRANGER"],
    ["is broken", () => new Response("", { status: 500 }), "WITNESS_ANSWER"],
    [
      "sends us elsewhere",
      () => new Response(null, { status: 302, headers: { location: "http://x" } }),
      "WITNESS_ANSWER",
    ],
    [
      "is in conflict without a size",
      () => new Response("five", { status: 409 }),
      "WITNESS_ANSWER",
    ],
    [
      "moves on for ever",
      (body: string) => new Response(`${body.startsWith("old 1") ? 2 : 1}\n`, { status: 409 }),
      "WITNESS_ANSWER",
    ],
    ["saw a larger log", () => new Response("9\n", { status: 409 }), "WITNESS_AHEAD"],
    ["is in conflict where it is", () => new Response("0\n", { status: 409 }), "WITNESS_BRANCH"],
    ["refuses every proof", () => new Response(null, { status: 422 }), "WITNESS_BRANCH"],
  ])(
    "takes nothing from a witness that %s, and leaves it alone ever longer",
    async (_, answer, trouble) => {
      const world = worldOf(["a", "b"], "quorum b\n");
      if (answer === undefined) world.answers.delete("a");
      else world.answers.set("a", says(answer as Answer));
      await world.collector.turn();
      expect(world.collector.statuses()).toMatchObject([
        { name: "a", trouble, failures: 1, lag: 5 },
        { name: "b", lag: 0 },
      ]);
      expect(world.collector.checkpoint().note).not.toContain("a.example");
      expect(trust(world).ok).toBe(true);
      expect(world.collector.nothingNewer()).toBe(false);
      const times: number[] = [];
      const asked = () => world.asked.filter((each) => each.startsWith("a old 0")).length;
      for (let second = 0, before = asked(); second < 1200; second++) {
        world.clock.now += 1000;
        await world.collector.turn();
        if (asked() > before) times.push(second);
        before = asked();
      }
      const pauses = times.slice(1).map((time, i) => time - (times[i] ?? 0));
      expect(pauses.slice(0, 4)).toEqual([2, 4, 8, 16]);
      expect(Math.max(...pauses)).toBe(300);
      // When it is well again it is asked as before.
      world.answers.set("a", served(world.witnesses.get("a") as TestWitness));
      world.clock.now += 300_000;
      await world.collector.turn();
      expect(world.collector.statuses()[0]).toMatchObject({ failures: 0, lag: 0 });
      expect(world.collector.nothingNewer()).toBe(true);
    },
  );

  test("leaves a witness alone for a while when the log itself fails", async () => {
    const world = worldOf(["a"], "quorum a\n");
    await world.collector.turn();
    world.size = 9;
    const broken = world.branch;
    world.branch = {
      ...broken,
      consistency: () => {
        throw new Error("EIO");
      },
    };
    await expect(world.collector.turn()).rejects.toThrow("EIO");
    await world.collector.turn();
    world.branch = broken;
    world.clock.now += 1000;
    await world.collector.turn();
    expect(at(world.collector.checkpoint().note)).toBe(9);
  });

  test("does not ask, nor count, a witness that is its own", async () => {
    const world = worldOf(["a"], "quorum a\n");
    const own = [
      formatVerifierKey(OWN.key),
      formatVerifierKey(keyOf("l.example", "cosignature", "the log").key),
    ];
    const text = own.map((vkey, i) => `witness own${i} ${vkey} https://a.example/w\n`).join("");
    world.policy.witnesses.slice(0);
    Object.assign(
      world.policy,
      policyOf(`log ${formatVerifierKey(LOG.key)}\n${text}group g any own0 own1\nquorum g\n`),
    );
    await world.collector.turn();
    expect(world.asked).toEqual([]);
    expect(world.collector.statuses()).toMatchObject([
      { trouble: "POLICY_WITNESS_OWN" },
      { trouble: "POLICY_WITNESS_OWN" },
    ]);
    expect(world.collector.nothingNewer()).toBe(false);
  });

  test.each([
    "",
    " ftp://a.example",
    " https://a.example/w?x",
    " https://u@a.example/w",
    " nonsense",
  ])("cannot ask one whose address is %j", async (url) => {
    const world = worldOf(["a"], "quorum a\n");
    const vkey = world.witnesses.get("a")?.vkey;
    Object.assign(world.policy, policyOf(`witness a ${vkey}${url}\nquorum a\n`));
    await world.collector.turn();
    expect(world.asked).toEqual([]);
    expect(world.collector.statuses()).toMatchObject([{ name: "a", trouble: "WITNESS_ADDRESS" }]);
  });

  test("shows at most sixteen lines that satisfy the quorum", async () => {
    const names = Array.from({ length: 20 }, (_, i) => `w${i}`);
    const world = worldOf(names, `group some 3 w0 w1 w19\nquorum some\n`);
    await world.collector.turn();
    const { note } = world.collector.checkpoint();
    expect(note.split("— ")).toHaveLength(17);
    expect(trust(world)).toMatchObject({ ok: true });
  });

  test("goes on with what it saved, if that still holds", async () => {
    const world = worldOf(["a"], "quorum a\n");
    await world.collector.turn();
    const note = world.saved.at(-1) ?? "";
    const resumed = (change: (world: World) => string) => {
      const next = worldOf(["a"], "quorum a\n", world.witnesses);
      next.size = 9;
      next.collector.resume(change(next));
      return at(next.collector.checkpoint().note);
    };
    expect(resumed(() => note)).toBe(5);
    expect(resumed(() => note.replace("\n5\n", "\n6\n"))).toBe(9);
    expect(resumed(() => "nonsense")).toBe(9);
    expect(
      resumed((next) => {
        next.branch = branch("b");
        return note;
      }),
    ).toBe(9);
    expect(
      resumed((next) => {
        next.size = 4;
        return note;
      }),
    ).toBe(4);
  });

  test("proves a second branch: what the witness shows against its own root of that size", async () => {
    const world = worldOf(["a"], "quorum a\n");
    world.size = 20;
    await world.collector.turn();
    const other = worldOf(["a"], "quorum a\n", world.witnesses);
    other.branch = branch("b", 10);
    other.size = 30;
    await other.collector.turn();
    expect(other.collector.statuses()).toMatchObject([
      { trouble: "WITNESS_BRANCH", seen: 20, lag: 30 },
    ]);
    expect(other.frauds).toEqual([
      {
        origin: ORIGIN,
        first: world.branch.note(20),
        second: other.branch.note(20),
      },
    ]);
    // The branch that came first is witnessed on.
    expect(trust(world).ok).toBe(true);
    // Behind the witness there is nothing to compare yet.
    const behind = worldOf(["a"], "quorum a\n", world.witnesses);
    behind.branch = branch("b", 10);
    behind.size = 15;
    await behind.collector.turn();
    expect(behind.collector.statuses()).toMatchObject([{ trouble: "WITNESS_AHEAD", seen: 20 }]);
    expect(behind.frauds).toEqual([]);
  });

  test("accuses nobody on the word of a witness alone", async () => {
    const shown = (note: string) => async (url: string) =>
      url.endsWith(`${originHash(ORIGIN)}/checkpoint`)
        ? new Response(note)
        : new Response(null, { status: 422 });
    const mine = branch("a", 10);
    const stranger = keyOf(ORIGIN, "ed25519", "stranger");
    for (const [note, trouble] of [
      ["", "WITNESS_BRANCH"],
      [branch("b").note(4, [stranger]), "WITNESS_BRANCH"],
      // It has this log, and takes no more of it.
      [mine.note(4), "WITNESS_BEHIND"],
      [branch("b", 0, "x.example/log").note(4), "WITNESS_BRANCH"],
      [branch("b").note(200), "WITNESS_BRANCH"],
    ] as const) {
      const world = worldOf(["a"], "quorum a\n");
      world.answers.set("a", shown(note));
      await world.collector.turn();
      expect(world.frauds).toEqual([]);
      expect(world.collector.statuses()).toMatchObject([{ trouble }]);
    }
  });
});
