import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, present } from "../../src/core/index.ts";
import { jsonOf, type Office, openOffice } from "../cli/office.ts";
import { type RealNode, startRealNode } from "../node/real-node.ts";
import { CITY, code, named, signerOf } from "../sdk/world.ts";
import { CHROMIUM, openWatchedPage } from "./browser.ts";

// A phone is enrolled, reports while the node is away, is closed, and delivers when both are back.

const OFFICE = `${CITY}.02`;
const DATASET = `${OFFICE}/DATA/REPORT`;

describe.skipIf(CHROMIUM === undefined)(
  "the page that phones report with (needs Chromium: apt-get install chromium)",
  () => {
    let office: Office;
    let again: RealNode | undefined;
    let phone: BrowserContext | undefined;
    beforeAll(async () => {
      office = await openOffice();
      const { record } = await office.node.client.record(CITY);
      const prev = present(fromHex(record.control), "control");
      const uses = ["data", "govern", "issue", "record"] as const;
      const key = (word: string) => ({ key: signerOf(word).publicKey, uses, label: word });
      await office.node.act({ op: "keys", code: CITY, prev, add: [key("all")] }, CITY, "city");
      const item = { code: code(OFFICE), kind: "department" as const, names: named("局") };
      const items = [{ ...item, keys: [key("office")] }];
      await office.node.act({ op: "register", items }, CITY, "all");
      const words = ["--title", "上报", "--licence", "none", "--contact", "数据科"];
      expect(await by("create", DATASET, ...words)).toMatchObject({ exit: 0 });
    });
    afterAll(async () => {
      await phone?.close();
      await again?.stop();
      await office?.[Symbol.asyncDispose]();
    });

    const by = (...args: readonly string[]) => office.as("office", OFFICE, "dataset", ...args);
    const states = (page: Page) =>
      page.locator("#reports li").evaluateAll((all) => all.map((each) => each.dataset.state));

    /** The same phone each time: what it keeps lies in one directory. */
    async function openPhone(): Promise<BrowserContext> {
      phone = await chromium.launchPersistentContext(join(office.directory, "phone"), {
        executablePath: CHROMIUM ?? "",
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        locale: "zh-CN",
      });
      return phone;
    }

    test("enrols, reports without a node and across a closed browser, and delivers once", async () => {
      const invited = jsonOf(await by("invite", DATASET, "--label", "巡查", "--json"));
      const first = await openWatchedPage(await openPhone(), office.node.url);
      await first.page.goto(invited.url);
      await first.page.click("#enrol");
      const kid = await first.page.locator("p.key code").textContent();
      expect(new URL(first.page.url()).hash).toBe("");
      await first.page.waitForFunction(async () => {
        const kept = await (await caches.open("cityid-report-1")).keys();
        return kept.some(({ url }) => url.includes("/assets/report-"));
      });
      expect(first.complaints).toEqual({ violations: [], errors: [], foreign: [] });
      expect(await by("enrol", kid ?? "")).toMatchObject({ exit: 0 });

      await office.node.stop();
      await first.page.goto(`${office.node.url}/report/${OFFICE}`);
      await first.page.fill("textarea", "井盖破损");
      await first.page.fill('input[name="number"]', "2.5");
      await first.page.click("#send");
      await first.page.locator('li[data-state="waiting"]').waitFor();
      await phone?.close();

      const { page } = await openWatchedPage(await openPhone(), office.node.url);
      await page.goto(`${office.node.url}/report/${OFFICE}`);
      await page.locator('li[data-state="waiting"]').waitFor();
      const { port } = new URL(office.node.url);
      again = await startRealNode({ data: office.node.data, args: ["--port", port] });
      await page.evaluate(() => void dispatchEvent(new Event("online")));
      await page.locator('li[data-state="sent"]').waitFor({ timeout: 45_000 });
      expect(await states(page)).toEqual(["sent"]);
      const read = (await by("read", DATASET, "1", "--json")).out;
      expect(read).toContain('"value":"井盖破损"');
      expect(read).toContain(`"kid":"${kid}"`);
      expect((await again.client.dataset(DATASET)).entries).toBe(2);
    }, 240_000);
  },
);
