import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ResponseApplySnapshotChunk_Result as Chunk,
  ResponseOfferSnapshot_Result as Offered,
  ResponseProcessProposal_ProposalStatus as Proposed,
} from "cosmjs-types/tendermint/abci/types";
import { afterEach, describe, expect, test } from "vitest";
import {
  decodeCbor,
  encodeCbor,
  type Hash,
  hex,
  type InnerOperation,
  present,
  sha256,
  utf8,
  type ValidatorValue,
} from "../../../src/core/index.ts";
import { isHalfJoined } from "../../../src/ledger/comet/index.ts";
import { decodeMetadata } from "../../../src/ledger/comet/snapshots.ts";
import { encodeTransaction } from "../../../src/ledger/comet/transaction.ts";
import { createEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import { turn } from "../../../src/log/index.ts";
import { chainStart } from "../../../src/node/comet/chain-start.ts";
import { engineGenesis } from "../../../src/node/comet/genesis.ts";
import { engineHome } from "../../../src/node/comet/home.ts";
import { beginLedgerOfChain } from "../../../src/node/comet/ledger-of-chain.ts";
import { dataDirectory } from "../../../src/node/data-directory.ts";
import { code, GENESIS, idOf, member, type Signing, sign } from "../../core/state/kit.ts";
import { CalledLedger, keyOf, peerOf, VALIDATED } from "./chain-caller.ts";

const open: CalledLedger[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
});

async function begin(...args: Parameters<typeof CalledLedger.begin>): Promise<CalledLedger> {
  const called = await CalledLedger.begin(...args);
  open.push(called);
  return called;
}

/** Both operations that make a decision of the members. */
function decided(called: CalledLedger, inner: InnerOperation): readonly Uint8Array[] {
  const [a, b]: readonly Signing[] = [member("A"), member("B")];
  const proposal = sign({ op: "propose", inner }, present(a, "A"), called.now);
  const vote = { op: "endorse", decision: idOf(proposal), vote: "approve" } as const;
  return [proposal, sign(vote, present(b, "B"), called.now)];
}

const ask = async (called: CalledLedger, path: string) =>
  (await called.call({ query: { path, data: new Uint8Array(), height: 0n, prove: false } })).query
    ?.code;

let facts = 0;
/** So many first facts of divisions that have none. */
function gazette(called: CalledLedger, count = 1): readonly Uint8Array[] {
  return Array.from({ length: count }, () => {
    const names = { zh: `市 ${facts}` };
    const fact = { names, level: "prefecture", from: "1981", source: "x" };
    const [province, city] = [11 + Math.floor(facts / 99), 1 + (facts % 99)];
    const name = `MA.156.${province}${String(city).padStart(2, "0")}`;
    facts += 1;
    const items = [{ code: code(name), add: [fact] }] as never;
    return sign({ op: "gazette", items }, member("A"), called.now);
  });
}

/** Lets what is under way on this thread go on for a while. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn();
}

const offerOf = async (called: CalledLedger) =>
  (await called.call({ listSnapshots: {} })).listSnapshots?.snapshots ?? [];

async function chunksOf(called: CalledLedger, height: bigint, count: number) {
  const chunks: Uint8Array[] = [];
  for (let chunk = 0; chunk < count; chunk++) {
    const asked = await called.call({ loadSnapshotChunk: { height, format: 1, chunk } });
    chunks.push(present(asked.loadSnapshotChunk?.chunk, "a chunk"));
  }
  return chunks;
}

describe("a chain", () => {
  test("begins with the ledger, the entries and the validators that its genesis names, and no others", async () => {
    const called = await begin();
    const keys = (VALIDATED.validators ?? []).map(({ key }) => key);
    const start = chainStart(join(called.directory, "ledger"));
    const wrong = [
      ["validators", keys.slice(1), start],
      ["size", keys, { ...start, size: 4 }],
      ["root", keys, { ...start, root: sha256(utf8("x")) as Hash }],
      ["ledger", keys, { ...start, origin: "other.test/log" }],
    ] as const;
    for (const [why, voters, state] of wrong) {
      await called.close();
      await called.open();
      const { exception } = await called.initChain(voters, state);
      expect(exception?.error).toContain(`"why":"${why}"`);
    }
    // A ledger that the members have not given to validators is nobody's to order but its node's.
    await expect(begin(GENESIS)).resolves.toBeDefined();
    expect(open.at(-1)?.failures[0]).toMatchObject({ facts: { why: "order" } });
  });

  test("proposes what it was handed and what gathers here, and nothing that is no transaction", async () => {
    const called = await begin();
    await called.block();
    const [handed, own] = [gazette(called), gazette(called)];
    // While a block is being decided, what comes gathers.
    await called.propose(handed, "another");
    const outcomes = called.ledger.submit(own);
    const [tx, ownTx] = [encodeTransaction(handed), encodeTransaction(own)];
    let proposal: readonly Uint8Array[] = [];
    while (proposal.length < 2) {
      const asked = await called.prepare([tx, Uint8Array.of(0xff)], tx.length + ownTx.length + 12);
      proposal = present(asked.prepareProposal?.txs, "a proposal");
      expect(hex(present(proposal[0], "what was handed in"))).toBe(hex(tx));
    }
    expect(proposal.map(hex)).toEqual([hex(tx), hex(ownTx)]);
    await called.block(...own);
    expect(await outcomes).toMatchObject([{ ok: true }]);
  });

  test("tells the engine one difference a block of who votes, and lets in whom the ledger lists", async () => {
    const called = await begin();
    const five = { op: "validator", id: "v5", key: keyOf("v5"), peer: peerOf("v5") } as const;
    expect(await ask(called, `/p2p/filter/id/${hex(peerOf("v5"))}`)).not.toBe(0);
    const items = decided(called, five);
    // Asked twice before the commit, it says the same.
    const [first, again] = [await called.finalize(items), await called.finalize(items)];
    expect(again).toEqual(first);
    expect(first.finalizeBlock?.validatorUpdates).toEqual([
      { pubKey: { ed25519: keyOf("v5"), secp256k1: undefined }, power: 1n },
    ]);
    await called.call({ commit: {} });
    called.height += 1;
    called.now += 1000;
    for (const known of ["v1", "v5", "friend"]) {
      expect(await ask(called, `/p2p/filter/id/${hex(peerOf(known))}`), known).toBe(0);
    }
    expect(await ask(called, `/p2p/filter/id/${hex(peerOf("stranger"))}`)).not.toBe(0);
    expect(await ask(called, "/p2p/filter/addr/10.0.0.9:51234")).toBe(0);
    expect(await ask(called, "/store/x")).not.toBe(0);
    // Nothing about votes, nothing to tell.
    expect((await called.block(...gazette(called))).validatorUpdates).toEqual([]);
    // Two changes of one block come out as one difference, in the order of the keys; no vote of two keys is left.
    const fresh = await called.block(
      ...decided(called, { ...five, prev: opOf(called, "v5"), key: keyOf("v5 again") }),
    );
    const changes = fresh.validatorUpdates.map(
      ({ pubKey, power }) => `${hex(pubKey?.ed25519 ?? new Uint8Array())} ${power}`,
    );
    expect(changes).toEqual([`${hex(keyOf("v5"))} 0`, `${hex(keyOf("v5 again"))} 1`].sort());
    const prev = opOf(called, "v5");
    const gone = await called.block(
      ...decided(called, { op: "validator", id: "v5", prev, leave: true }),
    );
    expect(gone.validatorUpdates).toMatchObject([{ power: 0n }]);
    expect(await ask(called, `/p2p/filter/id/${hex(peerOf("v5"))}`)).not.toBe(0);
  });

  test("stops on purpose before the height from which rules hold that this program does not have", async () => {
    const called = await begin();
    const value = { app: 2, height: 3 };
    const voted = await called.block(...decided(called, { op: "param", name: "upgrade", value }));
    expect(voted.consensusParamUpdates).toBeUndefined();
    // The last block by the old rules tells the engine the new version.
    const last = await called.block(...gazette(called));
    expect(last.consensusParamUpdates?.version).toEqual({ app: 2n });
    const { checkpoint } = called.ledger.head();
    const refused = await called.finalize(gazette(called));
    expect(refused.exception?.error).toContain("LEDGER_RULES");
    const rules = { code: "LEDGER_RULES", facts: { height: 3, want: 2, known: 1 } };
    expect(called.failures).toMatchObject([rules]);
    expect(called.ledger.unready()).toMatchObject(rules);
    expect(called.ledger.head().checkpoint).toBe(checkpoint);
    await called.close();
    await expect(called.open()).rejects.toMatchObject(rules);
  });
});

describe("a proposed block", () => {
  const { ACCEPT, REJECT } = Proposed;
  const statusOf = async (asked: ReturnType<CalledLedger["propose"]>) =>
    (await asked).processProposal?.status;

  test("is judged before it is decided, and shows nothing until then", async () => {
    const called = await begin();
    const items = gazette(called, 3);
    const before = called.ledger.head();
    expect(await statusOf(called.propose(items))).toBe(ACCEPT);
    await turns();
    expect(called.ledger.head()).toEqual(before);
    // A block's hash covers its time: that it comes out with the proposal's shows that it was not judged again.
    const proposedAt = called.now;
    called.now += 5000;
    const { txResults } = await called.block(...items);
    expect(txResults.map(({ code }) => code)).toEqual([0]);
    expect(called.ledger.head()).toMatchObject({
      size: before.size + 4,
      timeMilliseconds: Math.floor(proposedAt / 1000) * 1000,
    });
    expect(called.failures).toEqual([]);
  });

  test("leaves no trace where another one is decided", async () => {
    const [one, two] = [await begin(), await begin()];
    const same = async () => {
      expect(one.ledger.head()).toEqual(two.ledger.head());
      expect(one.failures).toEqual([]);
    };
    const both = async (...items: readonly Uint8Array[]) => {
      await one.block(...items);
      await two.block(...items);
      await same();
    };
    const [first, second, third] = [gazette(one), gazette(one, 2), gazette(one)];
    // Of several rounds, an earlier one's may be decided, and so may one that this validator has not seen.
    void one.propose([...first, ...second], "round 0");
    void one.propose(second, "block");
    void one.propose([...third, ...first], "round 2");
    await both(...second);
    void one.propose(third, "round 0");
    await both(...first);
    // What is refused, and what depends on what stands before it in the block.
    const five = { op: "validator", id: "v5", key: keyOf("v5"), peer: peerOf("v5") } as const;
    const [proposal, vote] = decided(one, five);
    const wrong = Uint8Array.from(present(third[0], "an operation"));
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
    const mixed = [present(proposal, "a proposal"), wrong, present(vote, "a vote"), ...first];
    void one.propose(mixed, "round 0");
    void one.propose(mixed);
    await both(...mixed);
    void one.propose([]);
    await both();
    await both(...third);
    // One that nobody decides, up to the end.
    expect(await statusOf(one.propose(gazette(one, 50)))).toBe(ACCEPT);
    await one.close();
    await one.open();
    await both(...gazette(one));
  });

  test("that holds no transaction is turned down, and one of another height is left alone", async () => {
    const called = await begin();
    expect(await statusOf(called.propose([utf8("no CBOR at all \xff")]))).toBe(REJECT);
    called.height += 3;
    expect(await statusOf(called.propose(gazette(called)))).toBe(ACCEPT);
    called.height -= 3;
    await called.block(...gazette(called));
    expect(called.failures).toEqual([]);
  });
});

const small = { every: 5, chunkBytes: 2000 };

describe("a snapshot", () => {
  test("has the same chunks on every validator, and a false one is given back to whoever sent it", async () => {
    const [one, two] = [
      await begin(VALIDATED, { snapshots: small }),
      await begin(VALIDATED, { snapshots: small }),
    ];
    const blocks = Array.from({ length: 8 }, () => gazette(one, 4));
    const states: Uint8Array[] = [];
    for (const items of blocks) {
      states.push((await one.block(...items)).appHash);
      await two.block(...items);
    }
    const [offer] = await offerOf(one);
    const { height = 0n, chunks: count = 0, hash, metadata } = present(offer, "an offer");
    expect(await offerOf(two)).toEqual([offer]);
    expect(height).toBe(5n);
    expect(count).toBeGreaterThan(3);
    const chunks = await chunksOf(one, height, count);
    expect(await chunksOf(two, height, count)).toEqual(chunks);
    // Later blocks leave it as it is, full chunks and the last one.
    for (let i = 0; i < 3; i++) await one.block(...gazette(one, 6));
    expect(await chunksOf(one, height, count)).toEqual(chunks);

    // What the chain's headers say of the state after that height.
    const state = present(states[Number(height) - 1], "a state");
    const joining = new CalledLedger({ snapshots: small });
    open.push(joining);
    await createEmbeddedLedger(join(joining.directory, "ledger"), VALIDATED);
    await joining.open();
    const offered = async (more: object, appHash = state) => {
      const snapshot = { height, format: 1, chunks: count, hash, metadata, ...more } as never;
      return (await joining.call({ offerSnapshot: { snapshot, appHash } })).offerSnapshot?.result;
    };
    const apply = async (index: number, chunk: Uint8Array) =>
      (await joining.call({ applySnapshotChunk: { index, chunk, sender: "peer" } }))
        .applySnapshotChunk;
    expect(await offered({ format: 2 })).toBe(Offered.REJECT);
    expect(await offered({ chunks: count + 1 })).toBe(Offered.REJECT);
    expect(await offered({ metadata: new Uint8Array(3) })).toBe(Offered.REJECT);
    expect(await offered({ hash: sha256(utf8("x")) })).toBe(Offered.REJECT);
    // A whole log that somebody made up: each chunk is as its own list says, and the headers know nothing of it.
    const lies = chunks.map((chunk) => chunk.slice());
    const last = present(lies.at(-1), "a chunk");
    last[last.length - 1] = (last.at(-1) ?? 0) ^ 1;
    const said = present(decodeMetadata(metadata ?? new Uint8Array()), "metadata");
    const lie = encodeCbor([said.size, lies.map((chunk) => sha256(chunk))] as never);
    expect(await offered({ metadata: lie, hash: sha256(lie) })).toBe(Offered.ACCEPT);
    for (const [i, chunk] of lies.entries()) {
      const isLast = i === lies.length - 1;
      const want = isLast ? Chunk.REJECT_SNAPSHOT : Chunk.ACCEPT;
      expect(await apply(i, chunk)).toMatchObject({ result: want });
    }
    expect(joining.ledger.head().size).toBe(2);
    // Another ledger's beginning is not this one's.
    expect(await apply(0, present(chunks[0], "a chunk"))).toMatchObject({
      result: Chunk.REJECT_SNAPSHOT,
    });

    expect(await offered({})).toBe(Offered.ACCEPT);
    for (const [i, chunk] of chunks.entries()) {
      const false_ = Uint8Array.from(chunk);
      false_[7] = (false_[7] ?? 0) ^ 1;
      expect(await apply(i, false_)).toEqual({
        result: Chunk.RETRY,
        refetchChunks: [i],
        rejectSenders: ["peer"],
      });
      expect(await apply(i, chunk)).toMatchObject({ result: Chunk.ACCEPT });
    }
    expect(isHalfJoined(join(joining.directory, "ledger"))).toBe(false);
    const { info } = await joining.call({ info: {} as never });
    expect(info).toMatchObject({ lastBlockHeight: height, lastBlockAppHash: state });
    expect(await offered({})).toBe(Offered.ABORT);

    // It is what the others were then, also after a start, and becomes what they are.
    const begun = joining.ledger.head();
    expect(begun.size).toBe(said.size);
    await joining.close();
    await joining.open();
    expect(joining.height).toBe(Number(height));
    expect(joining.ledger.head().mapRoot).toEqual(begun.mapRoot);
    joining.now = two.now - (blocks.length - Number(height)) * 1000;
    for (const items of blocks.slice(Number(height))) await joining.block(...items);
    const { size } = two.ledger.head();
    expect(joining.ledger.head()).toEqual(two.ledger.head());
    for (let i = 0; i < size; i++) expect(joining.ledger.entry(i)).toEqual(two.ledger.entry(i));
    const key = code("MA.156");
    expect(joining.ledger.value(`code/${key}`)).toEqual(two.ledger.value(`code/${key}`));
  });

  test("that was being taken in when the process died leaves a ledger that is begun again", async () => {
    const called = await begin();
    const directory = dataDirectory(called.directory);
    const genesis = engineGenesis(chainStart(directory.ledger), [], called.now);
    mkdirSync(join(called.directory, "comet", "config"), { recursive: true });
    writeFileSync(engineHome(called.directory).genesis, genesis);
    await called.block(...gazette(called));
    await called.close();
    const { size } = chainStart(directory.ledger);
    await beginLedgerOfChain(directory);
    expect(chainStart(directory.ledger).size).toBe(size);
    mkdirSync(join(directory.ledger, "joining"));
    writeFileSync(join(directory.ledger, "joining", "applying"), "");
    await beginLedgerOfChain(directory);
    expect(chainStart(directory.ledger).size).toBe(2);
    await called.open();
    expect(called.height).toBe(0);
  });
});

function opOf(called: CalledLedger, id: string): Uint8Array {
  const value = decodeCbor(present(called.ledger.value(`validator/${id}`), id));
  if (!value.ok) throw new Error(value.error.code);
  return (value.value as unknown as ValidatorValue).op;
}
