import { mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { openResolverWorld, type ResolverWorld } from "../node/resolver-world.ts";
import { CHROMIUM, type Complaints, launch, openWatchedPage } from "./browser.ts";

// The pages of codes as people meet them, in the world of vectors/resolver: with axe-core, which nobody here wrote, with a
// keyboard, enlarged, in both languages, light and dark.

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

async function expectAccessible(page: Page, name: string): Promise<void> {
  await page.evaluate(AXE);
  const { violations, passes }: AxeResults = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, rules: { "target-size": { enabled: true } } })`,
  );
  const found = violations.map(
    ({ id, nodes }) => `${name}: ${id} ${nodes.map(({ html }) => html)}`,
  );
  expect(found).toEqual([]);
  expect(passes.map(({ id }) => id)).toContain("color-contrast");
}

const PAGES = [
  ["a thing with a place", "/MA.156.1301.02/LAMP/000001"],
  ["a city with links", "/MA.156.1301"],
  ["a department with predecessors", "/MA.156.1301.02"],
  ["a class with parts, one of them suspended", "/MA.156.1301.02/LAMP"],
  ["suspended", "/MA.156.1301.02/LAMP/000004"],
  ["suspended above", "/MA.156.1301.06/BOX"],
  ["retired", "/MA.156.1301.02/LAMP/000003"],
  ["taken back", "/MA.156.1301.02/LAMP/000005"],
  ["as of a day", "/MA.156.1301.02?at=2010-06-01"],
  ["never issued", "/MA.156.1302"],
  ["a division of the gazette", "/MA.156.3712"],
  ["no code", "/MA.15x"],
] as const;

const LOOKS = (["zh-CN", "en-GB"] as const).flatMap((locale) =>
  (["light", "dark"] as const).map((colorScheme) => ({ locale, colorScheme })),
);

describe.skipIf(CHROMIUM === undefined)(
  "the pages of codes (needs Chromium: apt-get install chromium)",
  () => {
    let directory: string;
    let world: ResolverWorld;
    let browser: Browser;
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), "cityid-pages-"));
      world = await openResolverWorld(directory);
      browser = await launch();
    });
    afterAll(async () => {
      await browser?.close();
      await world?.node[Symbol.asyncDispose]();
      discard(directory);
    });

    async function visiting(
      options: BrowserContextOptions,
      work: (page: Page, complaints: Complaints) => Promise<void>,
    ): Promise<void> {
      const context = await browser.newContext(options);
      const { page, complaints } = await openWatchedPage(context, world.node.url);
      await work(page, complaints);
      await context.close();
    }

    test.each(LOOKS)(
      "satisfy WCAG 2.2 AA as far as axe can tell: $locale, $colorScheme",
      async (look) => {
        await visiting(
          { ...look, viewport: { width: 390, height: 844 } },
          async (page, complaints) => {
            for (const [name, path] of PAGES) {
              const response = await page.goto(world.node.url + path);
              const body = (await response?.body()) ?? Buffer.alloc(0);
              expect(body.length, name).toBeLessThan(30_000);
              expect(body.includes("<script"), name).toBe(false);
              await expectAccessible(page, name);
            }
            // A refusal is no error of the page; the browser notes its status all the same.
            const errors = complaints.errors.filter((text) => !/status of 4\d\d/.test(text));
            expect({ ...complaints, errors }).toEqual({ violations: [], errors: [], foreign: [] });
          },
        );
      },
    );

    test.each(LOOKS)(
      "as do those of the API, which are read on a phone too: $locale, $colorScheme",
      async (look) => {
        await visiting(
          { ...look, viewport: { width: 390, height: 844 } },
          async (page, complaints) => {
            for (const path of ["/docs", "/docs/errors"]) {
              await page.goto(world.node.url + path);
              expect(await page.getAttribute("html", "lang")).toBe(
                look.locale === "zh-CN" ? "zh-CN" : "en",
              );
              // What is folded away is to be read as well.
              await page.evaluate(
                `for (const each of document.querySelectorAll("details")) each.open = true`,
              );
              await expectAccessible(page, path);
              expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBe(390);
              // No column is squeezed until a name breaks within.
              const broken: string[] = await page.evaluate(
                `[...document.querySelectorAll("th code, .problems p:first-child > code")].filter((each) => each.getClientRects().length > 1).map((each) => each.textContent)`,
              );
              expect(broken).toEqual([]);
            }
            expect(complaints).toEqual({ violations: [], errors: [], foreign: [] });
          },
        );
      },
    );

    test("axe would have noticed", async () => {
      await visiting({}, async (page) => {
        await page.goto(`${world.node.url}/MA.156.1301`);
        await page.evaluate(`document.querySelector("h1").innerHTML = "<img src=/favicon.svg>"`);
        await page.evaluate(AXE);
        const { violations }: AxeResults = await page.evaluate(
          `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`,
        );
        expect(violations.map(({ id }) => id)).toContain("image-alt");
      });
    });

    test("are read with a keyboard alone, and show where it is", async () => {
      await visiting({ locale: "en-GB", viewport: { width: 1280, height: 900 } }, async (page) => {
        await page.goto(`${world.node.url}/MA.156.1301.02/LAMP/000001`);
        const all: number = await page.evaluate(
          `document.querySelectorAll("a[href], summary").length`,
        );
        const seen = new Set<number>();
        for (let i = 0; i < all; i += 1) {
          await page.keyboard.press("Tab");
          const at: { what: string; place: number; outline: string; visible: boolean } =
            await page.evaluate(`(() => {
            const at = document.activeElement;
            const { width, height, left } = at.getBoundingClientRect();
            const place = [...document.querySelectorAll("a[href], summary")].indexOf(at);
            return { what: at.outerHTML, place, outline: getComputedStyle(at).outlineStyle, visible: width > 0 && height > 0 && left >= 0 };
          })()`);
          expect(at).toMatchObject({ outline: "solid", visible: true });
          if (i === 0) expect(at.what).toContain("Skip to the content");
          seen.add(at.place);
        }
        expect(seen.size).toBe(all);
        await page.goto(`${world.node.url}/MA.156.1301.02/LAMP/000001`);
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        expect(await page.evaluate("document.activeElement.id")).toBe("main");
      });
    });

    test("need no scrolling sideways at 400 %, which is 320 pixels of 1280", async () => {
      for (const locale of ["zh-CN", "en-GB"]) {
        await visiting({ locale, viewport: { width: 320, height: 256 } }, async (page) => {
          for (const [name, path] of PAGES) {
            await page.goto(world.node.url + path);
            const [content, window]: [number, number] = await page.evaluate(
              "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
            );
            expect(content, name).toBeLessThanOrEqual(window);
          }
        });
      }
    });

    test("say without a script what a citizen needs", async () => {
      await visiting({ locale: "zh-CN", javaScriptEnabled: false }, async (page) => {
        await page.goto(`${world.node.url}/MA.156.1301.02/LAMP/000001`);
        const text = await page.textContent("main");
        for (const words of [
          "路灯一号",
          "有效",
          "交通运输局",
          "登记",
          "自行核验",
          "cityid verify",
        ]) {
          expect(text).toContain(words);
        }
        expect(await page.locator("svg.map").getAttribute("aria-label")).toContain("38.042300");
        await page.goto(`${world.node.url}/MA.156.1301.06/BOX`);
        expect(await page.textContent("main")).toContain("停用局");
      });
    });
  },
);
