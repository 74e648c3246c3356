import { mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { AxeResults } from "axe-core";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  checkCharacter,
  encodeDigits,
  fromBase64,
  hashLeaf,
  hex,
  present,
  readSeal,
  STATUS_BYTES,
} from "../../src/core/index.ts";
import { discard } from "../discard.ts";
import { code } from "../sdk/world.ts";
import type { SealFile } from "../verify/seal-cases.ts";
import { CHROMIUM, type Complaints, launch, openWatchedPage } from "./browser.ts";
import { drawPlate, pngOf } from "./plate-pictures.ts";
import * as plates from "./plates-world.ts";

// /verify as people meet it: in Chromium, against a real node, with seals that a real key made.

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const DAY_SECONDS = 86_400;
const PHONE = { width: 390, height: 844 };
const ENGLISH = { locale: "en-GB", viewport: PHONE };

/** What the screen says. */
async function verdictOf(page: Page) {
  const verdict = page.locator(".verdict");
  await verdict.waitFor();
  const [state, reason] = await Promise.all(
    ["data-state", "data-reason"].map((name) => verdict.getAttribute(name)),
  );
  const title = (await page.locator("h1").textContent()) ?? "";
  const sentence = (await page.locator(".sentence").textContent()) ?? "";
  return { state, reason, title, sentence };
}

/** The same seal with one bit of its signature turned over. */
function forge(text: string): string {
  const read = readSeal(text);
  const bytes = Uint8Array.from(present(read.ok ? read.value.seal.bytes : undefined, "a seal"));
  bytes[bytes.length - 10] = (bytes.at(-10) ?? 0) ^ 1;
  return text.slice(0, text.lastIndexOf("/") + 1) + encodeDigits(bytes);
}

async function typeIn(page: Page, text: string): Promise<void> {
  await page.locator("#typed").fill(text);
  await page.locator("form button").click();
}

describe.skipIf(CHROMIUM === undefined)(
  "the page that checks plates (needs Chromium: apt-get install chromium)",
  // Each of them is many visits; nothing is timed.
  { timeout: 300_000 },
  () => {
    let directory: string;
    let world: plates.PlatesWorld;
    let browser: Browser;
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), "cityid-verify-"));
      world = await plates.openPlatesWorld();
      browser = await launch("--use-fake-device-for-media-stream");
    });
    afterAll(async () => {
      await browser?.close();
      await world?.[Symbol.asyncDispose]();
      discard(directory);
    });

    const address = (more = "") => `${world.node.url}/verify${more}`;

    async function visiting(
      options: BrowserContextOptions,
      work: (page: Page, complaints: Complaints, context: BrowserContext) => Promise<void>,
    ): Promise<void> {
      const context = await browser.newContext(options);
      const { page, complaints } = await openWatchedPage(context, world.node.url);
      await work(page, complaints, context);
      await context.close();
      expect(complaints).toEqual({ violations: [], errors: [], foreign: [] });
    }

    /** On a page that shows a verdict, or on none yet. */
    async function check(page: Page, text: string) {
      if (page.url().startsWith("http"))
        await page.getByRole("button", { name: /Check another|另一块/ }).click();
      else await page.goto(address());
      await typeIn(page, text);
      return verdictOf(page);
    }

    test("says that a check character is wrong, and asks no node for such a code", async () => {
      await visiting(ENGLISH, async (page) => {
        const asked: string[] = [];
        page.on("request", (request) => asked.push(new URL(request.url()).pathname));
        await page.goto(address());
        const wrong = checkCharacter(code(plates.LAMP)) === "A" ? "B" : "A";
        await typeIn(page, `${plates.LAMP}*${wrong}`);
        expect(await verdictOf(page)).toMatchObject({
          ...{ state: "attention", reason: "foreign" },
          title: "The check character does not match",
        });
        expect(asked.filter((path) => /^\/(v1\/(proof|codes)|alias)/.test(path))).toEqual([]);
        await check(page, `${plates.LAMP}*${checkCharacter(code(plates.LAMP))}`);
        expect(await page.locator("h1").textContent()).toContain("The code is in force");
      });
    });

    test("keeps what was typed, and the focus, when the language is changed", async () => {
      await visiting(ENGLISH, async (page) => {
        await page.goto(address());
        await page.locator("#typed").fill(plates.LAMP);
        await page.getByRole("button", { name: "中文" }).click();
        await page.getByRole("heading", { name: "核验铭牌" }).waitFor();
        expect(await page.title()).toBe("核验铭牌 · 城市标识账本");
        expect(await page.locator("#typed").inputValue()).toBe(plates.LAMP);
        expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("English");
      });
    });

    test("says of every plate what it is, why, and what to do", async () => {
      const withdrawn = await world.seal(plates.WITHDRAWN, { serial: 4711 });
      await plates.withdraw(world.node, 4711);
      const genuine = await world.seal(plates.LAMP);
      const swapped = genuine.replace("000001", "000006");
      const forged = forge(genuine);
      const cases: readonly [string, string, string, string | RegExp][] = [
        ["a plate in order", genuine, "active", "Genuine and current"],
        [
          "digits alone",
          genuine.slice(genuine.lastIndexOf("/") + 1),
          "active",
          "Genuine and current",
        ],
        ["withdrawn", withdrawn, "stop", "Genuine, but withdrawn"],
        ["suspended", await world.seal(plates.SUSPENDED), "attention", "Genuine, but suspended"],
        ["retired", await world.seal(plates.RETIRED), "ended", "Genuine, but retired"],
        [
          "expired",
          await world.seal(plates.LAMP, { expSeconds: 1_700_000_000 }),
          "ended",
          "Genuine, but expired",
        ],
        ["swapped", swapped, "stop", "Forged: code and seal disagree"],
        ["a wrong signature", forged, "stop", "Forged: the signature is wrong"],
        ["never issued", await world.seal(plates.NEVER), "stop", "Forged: never issued"],
        [
          "on an address that only looks like ours",
          genuine.replace("ID.EXAMPLE", "ID.EXAMPLE@EVIL.EXAMPLE"),
          "attention",
          "Genuine seal, unfamiliar address",
        ],
        [
          "on another that does",
          genuine.replace("ID.EXAMPLE", "EVIL.EXAMPLE\\@ID.EXAMPLE"),
          "attention",
          "Genuine seal, unfamiliar address",
        ],
        [
          "an old number that is none",
          "https://id.example/alias/asset/%E0%A4",
          "stop",
          "Not the address of a plate",
        ],
        [
          "in another ledger",
          await world.seal(plates.ELSEWHERE),
          "unknown",
          "Another ledger answers for it",
        ],
        ["a code in another ledger", plates.ELSEWHERE, "unknown", "Another ledger answers for it"],
        [
          "a key for other work",
          await world.seal(plates.LAMP, { by: "city" }),
          "stop",
          "The seal is not valid",
        ],
        [
          "nobody's key",
          await world.seal(plates.LAMP, { by: "thief" }),
          "stop",
          "Forged: the seal does not hold",
        ],
        [
          "on the address of somebody else",
          await world.seal(plates.LAMP, { host: "evil.example" }),
          "attention",
          "Genuine seal, unfamiliar address",
        ],
        ["cut off", genuine.slice(0, -17), "stop", /not a seal|incomplete/],
        ["a script", `javascript:alert('${genuine}')`, "stop", "Do not open it"],
        [
          "an address of somebody else",
          "https://evil.example/pay?x=1",
          "stop",
          "Not the address of a plate",
        ],
        ["an old number", "SJZ-2009-0417", "unknown", "An old number; there is no seal to check"],
        [
          "an old number as an address",
          `https://id.example/alias/asset/SJZ-2009-0417`,
          "unknown",
          "An old number; there is no seal to check",
        ],
        [
          "a code without a seal",
          `https://id.example/${plates.LAMP}`,
          "unknown",
          "The code is in force; there is no seal to check",
        ],
        [
          "a code without a seal, on the address of somebody else",
          `https://evil.example/${plates.LAMP}`,
          "attention",
          "No seal, and an unfamiliar address",
        ],
        ["a code that never was", plates.NEVER, "stop", "Never issued"],
        ["a code that has retired", plates.RETIRED, "ended", "The code has retired"],
        ["nothing of ours", "路灯", "unknown", "No code was recognised"],
      ];
      await visiting(ENGLISH, async (page, complaints) => {
        for (const [name, text, state, title] of cases) {
          const said = await check(page, text);
          expect(said, name).toMatchObject({ state, title: expect.stringMatching(title) });
          if (said.title === "Genuine seal, unfamiliar address") {
            expect(said.sentence, name).toContain("leads to evil.example, not");
          }
          // Icon and word beside the colour, and whoever hears the page hears the verdict.
          expect(await page.locator(`h1 > svg.state-${state}`).count(), name).toBe(1);
          expect(
            await page.locator('main ~ [role="status"], #root > [role="status"]').textContent(),
          ).toBe(said.title);
          expect(await page.evaluate("document.activeElement.tagName"), name).toBe("H1");
          // Nothing that was scanned is ever something to click.
          const links: string[] = await page.evaluate(
            `[...document.querySelectorAll("a")].map((a) => a.href)`,
          );
          expect(
            links.filter((to) => !to.startsWith(world.node.url)),
            name,
          ).toEqual([]);
          if (name === "retired") {
            const next = page.getByRole("link", { name: "Open the page of its successor" });
            expect(await next.getAttribute("href")).toBe(`/${plates.LAMP}`);
          }
          if (name === "an old number that is none") {
            // That nobody has it is no error of the page; the browser notes the status all the same.
            expect(complaints.errors.splice(0)).toEqual([expect.stringContaining("status of 404")]);
          }
          if (name === "in another ledger") {
            const next = await page
              .getByRole("link", { name: "Check it there" })
              .getAttribute("href");
            const there = await fetch(`${world.node.url}${next}`, { redirect: "manual" });
            expect(there.headers.get("location")).toBe(`${plates.OTHER_NODE}${next}`);
            // The browser notes where it was sent; the page does not let it go there.
            expect(complaints.foreign.splice(0)).toEqual([
              expect.stringContaining(plates.OTHER_NODE),
            ]);
          }
          if (name === "a plate in order") {
            expect(await page.locator("dl").first().textContent()).toContain("站前路灯 1");
            expect(await page.locator(".photo").textContent()).toContain("it can be photographed");
            expect(await page.locator("article").textContent()).toContain("for the first time");
            await page.locator("summary").first().click();
            expect(await page.locator(".checks li .state-active").count()).toBe(16);
          }
          if (name === "never issued") {
            expect(await page.locator("dl").first().textContent()).not.toContain("Responsible");
            await page.locator("summary").last().click();
            const download = page.waitForEvent("download");
            await page.getByRole("button", { name: "Save the evidence" }).click();
            expect(readFileSync(await (await download).path(), "utf8")).toContain(
              "cityid/seal-evidence/v1",
            );
          }
        }
      });
    });

    test("comes to every verdict that there are vectors for", async () => {
      const { checks, proofs }: SealFile = JSON.parse(
        readFileSync(new URL("../../vectors/seal/checks.json", import.meta.url), "utf8"),
      );
      const context = await browser.newContext({ ...ENGLISH, serviceWorkers: "block" });
      // Nothing is kept from one vector to the next.
      await context.addInitScript(
        "delete window.indexedDB; Object.defineProperty(window, 'indexedDB', { value: undefined })",
      );
      const { page, complaints } = await openWatchedPage(context, world.node.url);
      let now = checks[0];
      await page.route("**/.well-known/cityid", (route) =>
        route.fulfill({ json: { policy: now?.policy, publicUrl: "https://id.example" } }),
      );
      await page.route(/\/v1\/(?:codes|proof)/, (route) => {
        const { statuses = [], paths = [], text = "" } = now ?? {};
        const read = readSeal(text);
        const own = read.ok ? hashLeaf(read.value.seal.bytes) : new Uint8Array(32);
        return route.fulfill({
          json: {
            format: "cityid/seal-evidence/v1",
            proofs: (now?.proofs ?? []).map((at) => proofs[at]),
            statuses: statuses.map((serials) => ({ bits: 1, lst: statusList(serials) })),
            paths: paths.map(({ kid, leaf, ...rest }) => ({
              ...rest,
              kid: hex(fromBase64(kid) ?? own),
              leaf: leaf ?? Buffer.from(own).toString("base64"),
            })),
          },
        });
      });
      // One of each: that every vector holds in a browser, test/verify shows there.
      const reasonOf = ({ expect: { outcome, because } }: (typeof checks)[number]) =>
        `${outcome} ${because?.code}`;
      const each = [...new Map(checks.map((vector) => [reasonOf(vector), vector])).values()];
      const lie = checks.find(({ name }) => name === "proofs under another policy");
      expect(each.length).toBeGreaterThan(35);
      for (const vector of [...each, present(lie, "a vector")]) {
        now = vector;
        // The page takes a day for fresh, the vectors an hour.
        const later = vector.expect.because?.code === "SEAL_OLD" ? DAY_SECONDS : 0;
        await page.clock.setFixedTime((vector.nowSeconds + later) * 1000);
        await page.goto(address(`?text=${encodeURIComponent(vector.text)}`));
        const { state, reason } = await verdictOf(page);
        const { outcome, because } = vector.expect;
        const want = because?.code ?? "genuine";
        // What holds no seal at all is no seal that is wrong.
        const isSeal = want !== "SEAL_SCHEME" && want !== "SEAL_NONE";
        if (isSeal) expect(reason, vector.name).toBe(want);
        expect(state === "active", vector.name).toBe(outcome === "genuine");
        if (outcome === "wrong" && isSeal) expect(state, vector.name).toBe("stop");
        if (outcome === "unsure") {
          expect(state, vector.name).toBe(vector === lie ? "attention" : "unknown");
        }
      }
      expect(complaints).toEqual({ violations: [], errors: [], foreign: [] });
      await context.close();
    });

    // Words are of one language, colours of one scheme: two looks show all of both.
    const LOOKS = [
      { locale: "zh-CN", colorScheme: "dark" },
      { locale: "en-GB", colorScheme: "light" },
    ] as const;
    test.each(LOOKS)(
      "satisfies WCAG 2.2 AA as far as axe can tell: $locale, $colorScheme",
      async (look) => {
        const texts = [plates.LAMP, plates.SUSPENDED, plates.NEVER];
        const seals = await Promise.all(texts.map((each) => world.seal(each)));
        await visiting({ ...look, viewport: PHONE }, async (page) => {
          await page.goto(address());
          await page.locator("#typed").waitFor();
          await expectAccessible(page, "scanning");
          for (const text of [...seals, "SJZ-2009-0417"]) {
            await page.goto(address(`?text=${encodeURIComponent(text)}`));
            await verdictOf(page);
            for (const fold of await page.locator("summary").all()) await fold.click();
            await expectAccessible(page, text);
            const [content, width]: [number, number] = await page.evaluate(
              "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
            );
            expect(content, text).toBeLessThanOrEqual(width);
          }
        });
      },
    );

    async function expectAccessible(page: Page, what: string): Promise<void> {
      await page.evaluate(AXE);
      const { violations, passes }: AxeResults = await page.evaluate(
        `axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, rules: { "target-size": { enabled: true } } })`,
      );
      expect(
        violations.map(({ id, nodes }) => `${what}: ${id} ${nodes.map(({ html }) => html)}`),
      ).toEqual([]);
      expect(passes.map(({ id }) => id)).toContain("color-contrast");
    }

    test("leads on from a plate to the page that reports before it, and from no forgery", async () => {
      const text = await world.seal(plates.LAMP, { serial: 77 });
      await visiting(ENGLISH, async (page) => {
        await page.goto(address(`?text=${encodeURIComponent(forge(text))}`));
        expect(await verdictOf(page)).toMatchObject({ state: "stop" });
        expect(await page.locator('a[href^="/report/"]').count()).toBe(0);
        await page.goto(address(`?text=${encodeURIComponent(text)}`));
        await verdictOf(page);
        await page.getByRole("link", { name: "Report here" }).click();
        await page.getByText(/Plate 77$/).waitFor();
        expect(new URL(page.url()).pathname).toBe(`/report/${plates.LAMP}`);
        // The code page that a plate leads to does so too.
        const scanned = await fetch(`${world.node.url}${new URL(text).pathname}`, {
          headers: { Accept: "text/html", "Accept-Language": "en" },
        });
        const [, href] = /href="(\/report\/[^"]+)"/.exec(await scanned.text()) ?? [];
        expect(href).toBe(new URL(page.url()).pathname + new URL(page.url()).search);
      });
    });

    test("is used with a keyboard alone, in Chinese", async () => {
      const text = await world.seal(plates.LAMP);
      await visiting({ locale: "zh-CN", viewport: { width: 1440, height: 900 } }, async (page) => {
        await page.goto(address());
        await page.locator("#typed").waitFor();
        const seen: string[] = [];
        for (let i = 0; i < 8 && !seen.includes("typed"); i++) {
          await page.keyboard.press("Tab");
          const at: { id: string; outline: string } = await page.evaluate(`(() => {
            const at = document.activeElement;
            const shown = at.id === "picture" ? at.nextElementSibling : at;
            return { id: at.id || at.className || at.textContent, outline: getComputedStyle(shown).outlineStyle };
          })()`);
          expect(at.outline, at.id).not.toBe("none");
          seen.push(at.id);
        }
        expect(seen).toEqual(["skip", "城市标识账本", "plain", "picture", "typed"]);
        await page.keyboard.type(text);
        await page.keyboard.press("Enter");
        const said = await verdictOf(page);
        expect(said).toMatchObject({ state: "active", title: "真实有效" });
        expect(said.sentence).toContain("由石家庄市签章");
        const isFold = "document.activeElement.tagName === 'SUMMARY'";
        for (let i = 0; i < 6 && !(await page.evaluate(isFold)); i++) {
          await page.keyboard.press("Tab");
        }
        await page.keyboard.press("Enter");
        await page.locator(".checks").waitFor({ state: "visible" });
        // The other language says the same, and keeps what was found.
        await page.getByRole("button", { name: "English" }).click();
        expect((await verdictOf(page)).title).toBe("Genuine and current");
      });
    });

    test("reads pictures from disk, and refuses what is none or is too large before it is decoded", async () => {
      const text = await world.seal(plates.LAMP);
      const plate = drawPlate(text, { widthPixels: 320, tilt: 20, turn: 15, seed: 3 });
      const claimed = pngOf({ width: 4, height: 4, pixels: new Uint8Array(16) }, [10_000, 10_000]);
      const blank = pngOf({ width: 300, height: 300, pixels: new Uint8Array(90_000).fill(200) });
      const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
      await visiting(ENGLISH, async (page) => {
        await page.goto(address());
        const choose = (name: string, mimeType: string, buffer: Buffer) =>
          page.locator("#picture").setInputFiles({ name, mimeType, buffer });
        const problem = page.locator(".field .problem").first();
        await choose("text.png", "image/png", Buffer.from("no picture at all"));
        await problem.getByText("no picture that can be read").waitFor();
        await choose("drawing.svg", "image/svg+xml", svg);
        await problem.getByText("no picture that can be read").waitFor();
        await choose("huge.png", "image/png", claimed);
        await problem.getByText("100 megapixels").waitFor();
        // A header of a size that may be decoded, and nothing that can be.
        await choose(
          "torn.png",
          "image/png",
          pngOf({ width: 4, height: 4, pixels: new Uint8Array(16) }, [40, 40]).subarray(0, 40),
        );
        await problem.getByText("no picture that can be read").waitFor();
        await choose("blank.png", "image/png", blank);
        // The small decoder found nothing, so the larger one was asked: in its own thread, under its own policy.
        await problem.getByText("No symbol was found").waitFor();
        expect(page.workers().map((worker) => worker.url())).toEqual([
          expect.stringContaining("/assets/large-worker-"),
        ]);
        await choose("plate.png", "image/png", pngOf(plate));
        expect(await verdictOf(page)).toMatchObject({ state: "active", reason: "genuine" });
      });
    });

    test("reads with the larger decoder what the small one cannot", async () => {
      const digits = Array.from({ length: 411 }, (_, i) => (i * i + 7 * i) % 10).join("");
      const text = `HTTPS://ID.EXAMPLE/MA.156.1301.02/LAMP/000123/${digits}`;
      const pose = { widthPixels: 330, tilt: 50, turn: 10, seed: 2 };
      const picture = pngOf(drawPlate(text, pose, 600, 600));
      await visiting(ENGLISH, async (page) => {
        await page.goto(address());
        const file = { name: "plate.png", mimeType: "image/png", buffer: picture };
        await page.locator("#picture").setInputFiles(file);
        await verdictOf(page);
        expect(page.workers()).toHaveLength(1);
        await page.locator("summary").last().click();
        expect(await page.locator(".expert").textContent()).toContain(text);
      });
    });

    test("compares the registered place with the phone's, only when it is asked to", async () => {
      const text = await world.seal(plates.LAMP);
      const [longitude, latitude] = plates.STATION.map((each) => each / 1e7) as [number, number];
      const places = [
        [0.0003, "where it is registered", "active"],
        [0.004, "does not decide", "unknown"],
        [0.09, "not where it is registered", "attention"],
      ] as const;
      await visiting(
        { ...ENGLISH, permissions: ["geolocation"] },
        async (page, _complaints, context) => {
          for (const [north, words, state] of places) {
            await context.setGeolocation({ longitude, latitude: latitude + north, accuracy: 10 });
            await page.goto(address(`?text=${encodeURIComponent(text)}`));
            await page.getByRole("button", { name: "Compare with where I am" }).click();
            await page.locator(".answer").getByText(words).waitFor();
            expect(await page.locator(`.answer svg.state-${state}`).count()).toBe(1);
          }
        },
      );
      await visiting(ENGLISH, async (page) => {
        await page.goto(address(`?text=${encodeURIComponent(text)}`));
        await page.getByRole("button", { name: "Compare with where I am" }).click();
        await page.locator(".answer").getByText("No position").waitFor();
      });
    });

    test("goes on believing whom it met first when the node names others, until a person says so", async () => {
      const text = await world.seal(plates.LAMP);
      const { checks }: SealFile = JSON.parse(
        readFileSync(new URL("../../vectors/seal/checks.json", import.meta.url), "utf8"),
      );
      const other = checks[0]?.policy;
      await visiting({ ...ENGLISH, serviceWorkers: "block" }, async (page) => {
        let isFalse = true;
        await page.route("**/.well-known/cityid", (route) =>
          isFalse
            ? route.fulfill({ json: { policy: other, publicUrl: "https://id.example" } })
            : route.continue(),
        );
        const ask = address(`?text=${encodeURIComponent(text)}`);
        await page.goto(ask);
        expect(await verdictOf(page)).toMatchObject({
          state: "attention",
          title: "The proofs of this node do not hold",
        });
        isFalse = false;
        await page.goto(ask);
        expect(await verdictOf(page)).toMatchObject({ state: "attention" });
        await page.getByText("not those this device has kept").waitFor();
        await page.getByRole("button", { name: "Believe the node's present keys" }).click();
        await page.getByRole("heading", { name: "Genuine and current" }).waitFor();
        await page.reload();
        expect(await verdictOf(page)).toMatchObject({ state: "active" });
      });
    });

    const TAKEN = {
      camera: "Object.defineProperty(Navigator.prototype, 'mediaDevices', { value: undefined })",
      "WebCrypto Ed25519":
        "const take = SubtleCrypto.prototype.importKey; SubtleCrypto.prototype.importKey = function (format, key, algorithm, ...more) { return (algorithm.name ?? algorithm) === 'Ed25519' ? Promise.reject(new DOMException('x', 'NotSupportedError')) : take.call(this, format, key, algorithm, ...more); }",
      "WebCrypto at all": "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })",
      "the service worker": "delete Navigator.prototype.serviceWorker",
      IndexedDB:
        "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('x', 'SecurityError'); } })",
      "local storage":
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('x', 'SecurityError'); } })",
      "threads of its own": "delete window.Worker",
    } as const;
    test("comes to a verdict by picture and by typing with anything taken away", async () => {
      const text = await world.seal(plates.LAMP);
      const picture = pngOf(drawPlate(text, { widthPixels: 300, seed: 5 }));
      for (const [name, script] of Object.entries(TAKEN)) {
        await visiting(ENGLISH, async (page) => {
          await page.addInitScript(script);
          await page.goto(address());
          if (name === "camera") await page.getByText("There is no camera here").waitFor();
          const file = { name: "plate.png", mimeType: "image/png", buffer: picture };
          await page.locator("#picture").setInputFiles(file);
          expect(await verdictOf(page), name).toMatchObject({ reason: "genuine", state: "active" });
          await check(page, forge(text));
          expect(await verdictOf(page), name).toMatchObject({ reason: "SEAL_SIGNATURE" });
        });
      }
    });

    test("says that it came to no verdict where it lacks what it needs", async () => {
      const text = await world.seal(plates.LAMP);
      const context = await browser.newContext({ ...ENGLISH, serviceWorkers: "block" });
      const page = await context.newPage();
      await page.addInitScript(TAKEN["WebCrypto at all"]);
      await page.route("**/ed25519-noble*", (route) => route.abort());
      await page.goto(address(`?text=${encodeURIComponent(text)}`));
      expect(await verdictOf(page)).toMatchObject({ state: "unknown", reason: "failed" });
      await page.unroute("**/ed25519-noble*");
      await page.reload();
      expect(await verdictOf(page)).toMatchObject({ state: "active" });
      await context.close();
    });

    test("lets go of the camera when it is not needed, and opens it again", async () => {
      const text = await world.seal(plates.LAMP);
      await visiting({ ...ENGLISH, permissions: ["camera"] }, async (page) => {
        await page.goto(address());
        await page.getByText("Point it at the symbol").waitFor();
        await page.evaluate(
          "window.track = document.querySelector('video').srcObject.getTracks()[0]",
        );
        expect(await page.evaluate("track.readyState")).toBe("live");
        // As a phone does that gives the camera to another program.
        await page.evaluate("track.dispatchEvent(new Event('ended'))");
        await page.getByRole("button", { name: "Open it again" }).click();
        await page.getByText("Point it at the symbol").waitFor();
        expect(await page.evaluate("track.readyState")).toBe("ended");
        await page.evaluate(
          "window.track = document.querySelector('video').srcObject.getTracks()[0]",
        );
        await typeIn(page, text);
        await verdictOf(page);
        expect(await page.evaluate("track.readyState")).toBe("ended");
      });
    });

    test("off line after the first visit: of an office that is known, signed by whom, and never plain green", async () => {
      const seen = await world.seal(plates.LAMP);
      const unseen = await world.seal(plates.UNSEEN);
      const stranger = await world.seal(plates.LAMP, { by: "thief" });
      const profile = join(directory, "profile");
      const open = async () => {
        const context = await chromium.launchPersistentContext(profile, {
          executablePath: CHROMIUM ?? "",
          args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
          ...ENGLISH,
        });
        return { context, page: context.pages()[0] ?? (await context.newPage()) };
      };
      const first = await open();
      await first.page.goto(address());
      await typeIn(first.page, seen);
      expect(await verdictOf(first.page)).toMatchObject({ state: "active" });
      await first.page.evaluate("navigator.serviceWorker.ready");
      await first.context.close();
      const url = address();
      await world.node.stop();

      const { context, page } = await open();
      await page.goto(url);
      await typeIn(page, unseen);
      const said = await verdictOf(page);
      expect(said).toMatchObject({ state: "unknown", title: "Signed by 石家庄市, status unknown" });
      expect(said.sentence).toContain("cannot be told off line");
      await page.locator("summary").first().click();
      expect(await page.locator(".checks").textContent()).toContain("kept here since");
      expect(await check(page, seen)).toMatchObject({ reason: "genuine" });
      expect(await check(page, forge(unseen))).toMatchObject({
        reason: "SEAL_SIGNATURE",
        state: "stop",
      });
      expect((await check(page, stranger)).state).not.toBe("active");
      const picture = pngOf(drawPlate(unseen, { widthPixels: 300, seed: 8 }));
      await page.getByRole("button", { name: "Check another plate" }).click();
      await page
        .locator("#picture")
        .setInputFiles({ name: "plate.png", mimeType: "image/png", buffer: picture });
      expect(await verdictOf(page)).toMatchObject({ state: "unknown" });
      // Two days later what was kept is too old to say that anything is so now.
      await page.clock.setFixedTime(Date.now() + 48 * 3_600_000);
      expect(await check(page, seen)).toMatchObject({ state: "unknown", reason: "SEAL_OLD" });
      await context.close();
      await world.restart();
      const again = await open();
      await again.page.goto(url);
      await typeIn(again.page, unseen);
      expect(await verdictOf(again.page)).toMatchObject({ state: "active" });
      await again.context.close();
    });
  },
);

function statusList(serials: readonly number[]): string {
  const bits = new Uint8Array(STATUS_BYTES);
  for (const serial of serials) bits[serial >> 3] = (bits[serial >> 3] ?? 0) | (1 << (serial & 7));
  return deflateSync(bits).toString("base64url");
}
