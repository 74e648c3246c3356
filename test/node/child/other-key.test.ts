import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../../../bench/lib/free-port.mjs";
import { jsonOf, openOffice } from "../../cli/office.ts";
import { runCli } from "../../cli/served-world.ts";
import { CITY } from "../../sdk/world.ts";
import { startRealNode, until } from "../real-node.ts";

test("a second directory begins no second ledger of a code, and says why in both languages", async () => {
  await using office = await openOffice();
  const port = await freePort();
  const key = await office.keyOf("city");
  const begin = ["--namespace", CITY, "--parent", office.node.url, "--port", String(port)];
  const first = join(office.directory, "first");
  const anchored = async () => {
    const bundle = JSON.parse(await office.node.client.proof(`anchor/${CITY}`));
    return typeof bundle.value === "string" || undefined;
  };
  {
    const args = [...begin, "--key", key, "--as", CITY];
    await using child = await startRealNode({ data: first, args });
    await until(anchored);
    expect(await child.stop()).toBe(0);
  }
  const recorded = async () => (await office.node.client.record(CITY)).record;
  const before = await recorded();
  const second = join(office.directory, "second");
  const start = (language: string) =>
    runCli(["start", "--data", second, ...begin, "--key", key, "--as", CITY], { LANG: language });
  expect(await start("en_US.UTF-8")).toMatchObject({
    exit: 3,
    errors: expect.stringMatching(
      /key [0-9a-f]{8}; .* is none\. Nothing was changed.*PARENT_LOG_KEY/s,
    ),
  });
  expect(await start("zh_CN.UTF-8")).toMatchObject({
    exit: 3,
    errors: expect.stringMatching(/未做任何更改。.*PARENT_LOG_KEY/s),
  });
  expect(existsSync(join(second, "keys"))).toBe(false);
  expect(await recorded()).toEqual(before);

  // Where the first one is lost, the delegation is ended, and the second one begins.
  jsonOf(
    await office.as("city", CITY, "delegate", CITY, "end", "--reason", "x", "--yes", "--json"),
  );
  const args = [...begin, "--key", key, "--as", CITY];
  await using child = await startRealNode({ data: second, args });
  expect(await child.client.node()).toMatchObject({ parent: { code: CITY } });
});

test("a parent that does not answer is named, and nothing is begun", async () => {
  await using office = await openOffice();
  const key = await office.keyOf("city");
  const data = join(office.directory, "alone");
  const parent = `http://127.0.0.1:${await freePort()}`;
  const args = ["--namespace", CITY, "--parent", parent, "--key", key, "--as", CITY];
  const ended = await runCli(["start", "--data", data, ...args], { LANG: "en_US.UTF-8" });
  expect(ended.exit).toBe(5);
  expect(ended.errors).toContain(`does not answer at ${parent}`);
  expect(ended.errors).toMatch(/--parent.*PARENT_SILENT/s);
  expect(existsSync(data)).toBe(false);
});
