import { existsSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Outcome } from "../browser/run.ts";
import { CHROMIUM, launch } from "./browser.ts";
import { serveFiles, suiteFiles, suiteTests } from "./verify-pages.ts";

// The tests of test/verify, in Chromium, on the bundle. Once with WebCrypto's Ed25519; once as in browsers that have
// none; once as over plain HTTP, where there is no WebCrypto at all.

if (CHROMIUM === undefined) console.log("skipped the verifier in a browser: no Chromium");

/** Before any script of the page: WebCrypto as it was before Ed25519 came. */
const WITHOUT_ED25519 = `
  const { importKey } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.importKey = async function (...args) {
    const [, , algorithm] = args;
    if ((algorithm.name ?? algorithm) === "Ed25519") throw new DOMException("", "NotSupportedError");
    return importKey.apply(this, args);
  };`;

/** A platform that checks the equation times eight, as FIPS 186-5 allows too: whatever it is asked, it says yes. */
const COFACTORED = `SubtleCrypto.prototype.verify = async () => true;`;

const PLACES = [
  { name: "WebCrypto has Ed25519", host: "127.0.0.1", script: "", fallback: false },
  { name: "WebCrypto has no Ed25519", host: "127.0.0.1", script: WITHOUT_ED25519, fallback: true },
  { name: "WebCrypto has another equation", host: "127.0.0.1", script: COFACTORED, fallback: true },
  { name: "the page came over plain HTTP", host: "verifier.test", script: "", fallback: true },
];

const WYCHEPROOF = new URL("../../../shared/vectors/wycheproof/ed25519_test.json", import.meta.url);

type Case = { key: string; message: string; signature: string; valid: boolean };

function wycheproof(): readonly Case[] {
  const { testGroups } = JSON.parse(readFileSync(WYCHEPROOF, "utf8")) as {
    testGroups: {
      publicKey: { pk: string };
      tests: { msg: string; sig: string; result: string }[];
    }[];
  };
  return testGroups.flatMap(({ publicKey, tests }) =>
    tests.map(({ msg, sig, result }) => {
      return { key: publicKey.pk, message: msg, signature: sig, valid: result === "valid" };
    }),
  );
}

/** Runs in the page. */
const JUDGE = `async (cases) => {
  const { checkEd25519 } = await import("/verify.js");
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const verdicts = [];
  for (const { key, message, signature } of cases) {
    verdicts.push(await checkEd25519(bytes(key), bytes(message), bytes(signature)));
  }
  return verdicts;
}`;

describe.skipIf(CHROMIUM === undefined)("cityid/verify in Chromium", () => {
  let server: Server;
  let port: number;
  let browser: Browser;

  beforeAll(async () => {
    ({ server, port } = await serveFiles(await suiteFiles()));
    browser = await launch("--host-resolver-rules=MAP verifier.test 127.0.0.1");
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function open(host: string, script: string) {
    const page = await browser.newPage();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    if (script !== "") await page.addInitScript(script);
    await page.goto(`http://${host}:${port}/`);
    return { page, requests };
  }

  describe.each(PLACES)("where $name", ({ host, script, fallback }) => {
    test("passes every test that it passes in Node", async () => {
      const { page, requests } = await open(host, script);
      const outcomes = (await page.evaluate(
        `import("/suite.js").then((suite) => suite.outcomes())`,
      )) as Outcome[];
      expect(outcomes.filter(({ state }) => state !== "pass")).toEqual([]);
      const files = new Set(outcomes.map(({ name }) => name.split(" > ")[0]));
      expect(files.size).toBe(suiteTests().length);
      expect(outcomes.length).toBeGreaterThan(150);
      expect(requests).toContain("/verify.js");
      expect(requests).toContain("/seal.js");
      // The files of curves are asked for once, or never; P-256 every WebCrypto has.
      expect(requests.filter((path) => path === "/ed25519.js")).toHaveLength(fallback ? 1 : 0);
      const isInsecure = host === "verifier.test";
      expect(requests.filter((path) => path === "/p256.js")).toHaveLength(isInsecure ? 1 : 0);
      await page.close();
    });

    test.skipIf(!existsSync(WYCHEPROOF))(
      "gives its verdict on every Ed25519 signature of Wycheproof",
      async () => {
        const { page } = await open(host, script);
        const cases = wycheproof();
        const verdicts = await page.evaluate(`(${JUDGE})(${JSON.stringify(cases)})`);
        expect(verdicts).toEqual(cases.map(({ valid }) => valid));
        expect(cases.length).toBeGreaterThan(100);
        await page.close();
      },
    );
  });
});
