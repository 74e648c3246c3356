// The ledger that foreign programs judge: a real node with as many entries as asked for, and three real nodes that witness it.
import { World } from "../../bench/lib/world.mjs";
import { evaluatePolicy, parseCheckpoint, parsePolicy } from "../../dist/core/index.js";
import { cityid } from "./check.mjs";
import { until } from "./until.mjs";

const CLASS = "MA.156.1301.02/LAMP";
const DEPARTMENT = "MA.156.1301.02";
const OPERATIONS_PER_REQUEST = 500;
const WITNESSES = 3;

/**
 * @param running - gets every node that is started; whoever gave it ends them
 * @returns the node, and its policy: two of three witnesses
 */
export async function startLedger(entries, running) {
  const begin = async () => {
    const world = await World.begin();
    running.push(world);
    return world;
  };
  const world = await begin();
  await world.start();
  await world.found();
  await registerOneByOne(world, entries);
  const { vkeys, origin } = await description(world);
  const vkey = vkeys[0];
  const witnesses = await Promise.all(Array.from({ length: WITNESSES }, begin));
  await Promise.all(witnesses.map((each) => startWitness(each, vkey)));
  const policy = await trustWitnesses(world, vkey, witnesses);
  const { url, data, root } = world;
  return { url, data, root, origin, vkey, policy, witnesses };
}

async function description({ url }) {
  return (await fetch(`${url}/.well-known/cityid`)).json();
}

/** Each lamp by an operation of its own: what is registered in one operation is one entry. */
async function registerOneByOne(world, count) {
  const codes = Array.from({ length: count }, (_, n) => `${CLASS}/${String(n).padStart(6, "0")}`);
  let next = 0;
  const writer = async () => {
    while (next < count) {
      const from = next;
      next = Math.min(count, from + OPERATIONS_PER_REQUEST);
      await world.submit(codes.slice(from, next).map((code) => registration(world, code)));
    }
  };
  await Promise.all([writer(), writer(), writer()]);
}

function registration(world, code) {
  const names = { zh: { value: "路灯", validFrom: "2020-01-01" } };
  const items = [{ code, kind: "thing", class: "LAMP", names }];
  return world.sign({ op: "register", items }, DEPARTMENT, "department");
}

async function startWitness(witness, vkey) {
  await witness.start();
  await cityid("witness", "add", vkey, "--data", witness.data);
  const { witness: own, vkeys } = await description(witness);
  Object.assign(witness, { witnessVkey: own.vkey, witnessUrl: own.url, logVkey: vkeys[0] });
}

/** Makes two of three witnesses the ledger's policy, and waits until all three have cosigned. */
async function trustWitnesses(world, vkey, witnesses) {
  const now = [
    `log ${vkey}`,
    ...witnesses.map((each, n) => `witness w${n} ${each.witnessVkey} ${each.witnessUrl}`),
    "group two 2 w0 w1 w2",
    "quorum two",
    "",
  ].join("\n");
  const { items } = await (await fetch(`${world.url}/v1/params`)).json();
  const prev = Buffer.from(items.find(({ name }) => name === "policy").op, "hex");
  const inner = { op: "param", name: "policy", prev: new Uint8Array(prev), value: { now } };
  const { checkpoints } = await world.submit([world.sign({ op: "propose", inner }, "member/A", "A")]);
  await until(async () => {
    const note = parseCheckpoint(await (await fetch(`${world.url}/log/checkpoint`)).text());
    const trust = evaluatePolicy(parsePolicy(now).value, note.value, Math.floor(Date.now() / 1000));
    return note.value.size >= checkpoints[0].size && trust.ok && trust.value.cosignatures.length === witnesses.length;
  }, "a checkpoint that three witnesses cosigned");
  return now;
}
