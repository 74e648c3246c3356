import { code, signAs } from "../sdk/world.ts";
import type { RealNode } from "./real-node.ts";

/** Writers that send one operation after the other, each by a request of its own, until they are stopped. */
export type Load = {
  /** Hashes of what was acknowledged, in the order of the answers. */
  readonly acknowledged: readonly string[];
  /** Answers of another kind, and requests that none came to: what they sent may be in the log or not. */
  readonly others: readonly { readonly status: number | "none"; readonly body: string }[];
  /** Resolves when each writer has met a node that is gone. */
  readonly over: Promise<unknown>;
  /** Begins no more requests. Resolves when all of them have ended. */
  stop(): Promise<void>;
};

const WRITERS = 8;

export function loadOn(node: RealNode): Load {
  const acknowledged: string[] = [];
  const others: { status: number | "none"; body: string }[] = [];
  let stopped = false;
  async function write(): Promise<void> {
    while (!stopped) {
      const { bytes } = await signAs(nextFact(), "member/A", "member/A");
      const answer = await send(node.url, bytes);
      if (answer.status === 200) acknowledged.push(JSON.parse(answer.body).hash);
      else others.push(answer);
      if (answer.status === "none") return;
    }
  }
  const over = Promise.all(Array.from({ length: WRITERS }, write));
  return {
    acknowledged,
    others,
    over,
    async stop() {
      stopped = true;
      await over;
    },
  };
}

async function send(url: string, bytes: Uint8Array) {
  try {
    const headers = { "content-type": "application/cose" };
    const body = new Uint8Array(bytes);
    const response = await fetch(`${url}/v1/operations`, { method: "POST", headers, body });
    return { status: response.status, body: await response.text() };
  } catch (cause) {
    return { status: "none" as const, body: String(cause) };
  }
}

let facts = 0;
/** Another fact for the gazette; each operation is about a county of its own. */
export function nextFact() {
  const n = facts++;
  const text = `MA.156.${11 + Math.floor(n / 6400)}${pair(10 + (Math.floor(n / 80) % 80))}${pair(10 + (n % 80))}`;
  const add = [{ names: { zh: "某县" }, level: "county" as const, from: "1983", source: "test" }];
  return { op: "gazette" as const, items: [{ code: code(text), add }] };
}

function pair(n: number): string {
  return String(n).padStart(2, "0");
}
