import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { hashLeaf, hex } from "../../src/core/index.ts";
import { signAs } from "../sdk/world.ts";
import { nextFact } from "./load.ts";

/** What became of operations that came all at once. */
export type Crowd = {
  /** Leaf hash of each acknowledged operation, with the index that its submitter was told. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** How often somebody was asked to come back. */
  readonly turnedAway: number;
  /** Anything else that somebody met. */
  readonly others: readonly string[];
};

/**
 * So many operations, each on a connection of its own and all of them opened at once. Whoever is told when to come back comes back
 * then, on another connection, until it has a receipt.
 */
export async function crowdOn(
  addresses: readonly { readonly host: string; readonly port: number }[],
  count: number,
): Promise<Crowd> {
  const acknowledged = new Map<string, number>();
  const others: string[] = [];
  let turnedAway = 0;
  const operations: Uint8Array[] = [];
  while (operations.length < count) {
    operations.push((await signAs(nextFact(), "member/A", "member/A")).bytes);
  }
  const submit = async (bytes: Uint8Array, i: number): Promise<void> => {
    const address = addresses[i % addresses.length] ?? { host: "", port: 0 };
    for (;;) {
      const text = await answerTo(address, bytes);
      const [, seconds] = /^HTTP\/1\.1 503 .*\r\nretry-after: (\d+)\r\n/is.exec(text) ?? [];
      const [, index] = /^HTTP\/1\.1 200 .*"index":(\d+)/s.exec(text) ?? [];
      if (index !== undefined) return void acknowledged.set(hex(hashLeaf(bytes)), Number(index));
      if (seconds === undefined) return void others.push(text);
      turnedAway += 1;
      await wait(Number(seconds) * 1000);
    }
  };
  await Promise.all(operations.map(submit));
  return { acknowledged, turnedAway, others };
}

/** What comes on a connection until it has a whole answer, or the error that ends it. */
function answerTo(
  { host, port }: { readonly host: string; readonly port: number },
  body: Uint8Array,
): Promise<string> {
  const head = `POST /v1/operations HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/cose\r\nContent-Length: ${body.length}\r\n\r\n`;
  return new Promise((resolve) => {
    const socket = connect(port, host, () =>
      socket.write(Buffer.concat([Buffer.from(head), body])),
    );
    let text = "";
    socket.setEncoding("latin1").on("data", (part: string) => {
      text += part;
      const end = text.indexOf("\r\n\r\n");
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (end < 0 || text.length < end + 4 + length) return;
      resolve(text);
      socket.destroy();
    });
    socket.on("error", ({ message }) => resolve(`${message} after: ${text}`));
    socket.on("close", () => resolve(`closed after: ${text}`));
  });
}
