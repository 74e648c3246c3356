import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeDigits, present, readSeal } from "../../src/core/index.ts";
import { CHROMIUM, type Complaints, launch, openWatchedPage } from "./browser.ts";
import * as plates from "./plates-world.ts";

// /verify as people meet it: in Chromium, against a real node, with seals that a real key made.

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
      rmSync(directory, { recursive: true, force: true });
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

    async function check(page: Page, text: string) {
      await page.goto(address());
      await typeIn(page, text);
      return verdictOf(page);
    }

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
        ["an old number", "SJZ-2009-0417", "unknown", `An old number, now ${plates.RENUMBERED}`],
        [
          "an old number as an address",
          `https://id.example/alias/asset/SJZ-2009-0417`,
          "unknown",
          `An old number, now ${plates.RENUMBERED}`,
        ],
        [
          "a code without a seal",
          `https://id.example/${plates.LAMP}`,
          "unknown",
          "The code is in force; there is no seal to check",
        ],
        ["a code that never was", plates.NEVER, "stop", "Never issued"],
        ["a code that has retired", plates.RETIRED, "ended", "The code has retired"],
        ["nothing of ours", "路灯", "unknown", "No code was recognised"],
      ];
      await visiting(ENGLISH, async (page) => {
        for (const [name, text, state, title] of cases) {
          const said = await check(page, text);
          expect(said, name).toMatchObject({ state, title: expect.stringMatching(title) });
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
            await page
              .getByRole("link", { name: `Open the page of its successor ${plates.LAMP}` })
              .waitFor();
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
  },
);
