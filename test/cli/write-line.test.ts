import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { paintFor } from "../../src/cli/paint.ts";
import { writeJson, writeLine } from "../../src/cli/write-line.ts";
import { runHere } from "./in-process.ts";

function written(line: string): string {
  const parts: string[] = [];
  writeLine({ isTTY: true, write: (text) => parts.push(text) }, line);
  return parts.join("");
}

test("a line keeps its colours, tabs and ends, and loses what moves a cursor or turns text round", () => {
  const { bad } = paintFor({ isTTY: true } as never, {});
  expect(written(`${bad("✘")}\t石家庄\n  b`)).toBe(`${bad("✘")}\t石家庄\n  b\n`);
  expect(bad("✘")).toContain("\u001b[");
  const tricks = [
    "\u001b[2J",
    "\u001b]0;t\u0007",
    "\u009b1A",
    "\r",
    "\u202e",
    "\u2066",
    "\u001b[1;31m",
  ];
  for (const trick of tricks) {
    const line = written(`a${trick}b`);
    expect(line).toMatch(/^a�.*b\n$/u);
    expect(line.slice(0, -1)).not.toMatch(/(?![\t])[\p{Cc}\u202e\u2066]/u);
  }
});

test("JSON for a program keeps every character, and none that a terminal would obey as it is", () => {
  const value = { name: "石\u001b[2J\u009b1A\u202e\u2028\ufeff\n" };
  const parts: string[] = [];
  writeJson({ write: (text) => parts.push(text) }, value);
  const line = parts.join("");
  expect(JSON.parse(line)).toEqual(value);
  expect(line).toMatch(/^[^\p{Cc}\u2028-\u202e\ufeff]+\n$/u);
});

test("a node that lies cannot write over what a command says", async () => {
  const lie = {
    code: "CODE_UNKNOWN",
    title: "\u001b[2J\u001b[1;1HAll is well",
    facts: { got: "\u001b[8m" },
  };
  const body = JSON.stringify({ type: "about:blank", status: 404, remedy: "\u009b2K", ...lie });
  const server = createServer((_, response) => {
    response.writeHead(404, { "content-type": "application/problem+json" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const ran = await runHere(["show", "MA.156.1301", "--url", `http://127.0.0.1:${port}`]);
    expect(ran.exit).not.toBe(0);
    expect(ran.errors).toContain("CODE_UNKNOWN");
    expect(ran.out + ran.errors).not.toMatch(/(?!\n)\p{Cc}/u);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
