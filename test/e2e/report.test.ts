import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import { type BrowserContext, chromium, type Download, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, hex, present, sealName } from "../../src/core/index.ts";
import { jsonOf, type Office, officeKey, openDataOffice } from "../cli/office.ts";
import { type RealNode, startRealNode } from "../node/real-node.ts";
import { CITY, code, named } from "../sdk/world.ts";
import { CHROMIUM, openWatchedPage, wear } from "./browser.ts";

// A phone is enrolled, reports while the node is away, is closed, and delivers when both are back; it installs a plate.

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const OFFICE = `${CITY}.02`;
const LAMP = `${OFFICE}/LAMP/000001`;
const DATASET = `${OFFICE}/DATA/REPORT`;

describe.skipIf(CHROMIUM === undefined)(
  "the page that phones report with (needs Chromium: apt-get install chromium)",
  () => {
    let office: Office;
    let again: RealNode | undefined;
    let phone: BrowserContext | undefined;
    beforeAll(async () => {
      office = await openDataOffice();
      const item = { code: code(OFFICE), kind: "department" as const, names: named("局") };
      const items = [{ ...item, keys: [officeKey("office")] }];
      await office.node.act({ op: "register", items }, CITY, "all");
      const things = [
        { code: code(`${OFFICE}/LAMP`), kind: "class" as const, names: named("路灯") },
        {
          ...{ code: code(LAMP), kind: "thing" as const, names: named("路灯") },
          geometry: { value: { point: [1_145_149_000, 380_423_000] }, validFrom: "2026-01-01" },
        } as const,
      ];
      await office.node.act({ op: "register", items: things }, OFFICE, "office");
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
      await first.page.locator("#notice", { hasText: `请把密钥编号 ${kid} 报给部门` }).waitFor();
      expect(await first.page.evaluate(() => document.activeElement?.id)).toBe("notice");
      expect(new URL(first.page.url()).hash).toBe("");
      await first.page.waitForFunction(async () => {
        const [name = ""] = (await caches.keys()).filter((each) => /^cityid-report-/.test(each));
        const kept = name === "" ? [] : await (await caches.open(name)).keys();
        return kept.some(({ url }) => url.endsWith("/report"));
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
      await page.locator('li[data-state="sent"]').waitFor({ timeout: 120_000 });
      expect(await states(page)).toEqual(["sent"]);
      const read = (await by("read", DATASET, "1", "--json")).out;
      expect(read).toContain('"value":"井盖破损"');
      expect(read).toContain(`"kid":"${kid}"`);
      expect((await again.client.dataset(DATASET)).entries).toBe(2);
      // What the phone keeps of it is verified by the command line.
      const vkey = (await again.client.dataset(DATASET)).log.vkeys[0] ?? "";
      const downloads: Download[] = [];
      page.on("download", (each) => downloads.push(each));
      await page.getByRole("button", { name: "保存回执" }).click();
      await expect.poll(() => downloads.length).toBe(2);
      for (const each of downloads) {
        const suffix = each.suggestedFilename().endsWith(".cose") ? ".cose" : "";
        await each.saveAs(join(office.directory, `receipt${suffix}`));
      }
      const receipt = join(office.directory, "receipt");
      expect(jsonOf(await office.cli("verify", receipt, "--vkey", vkey, "--json"))).toMatchObject({
        index: 1,
      });
    });

    test("installs the plate that was scanned, with photo and place, and misses it", async () => {
      const context = present(phone, "the phone");
      const { client, url } = present(again, "a node");
      const born = present(fromHex((await client.record(LAMP)).record.born), "born").slice(0, 8);
      const seal = hex(sealName({ serial: 4711, born }));
      const { page, complaints } = await openWatchedPage(context, url);
      await page.goto(`${url}/report/${LAMP}`);
      // Without a plate that was scanned only its absence can be told.
      expect(await page.locator('input[value="installed"]').isDisabled()).toBe(true);
      await page.goto(`${url}/report/${LAMP}?seal=${seal}`);
      await page.getByText("铭牌 4711").waitFor();
      await page.locator('input[value="installed"]').check();
      await page.click("#send");
      await page.getByText("请拍一张铭牌的照片").waitFor();
      const photo = {
        name: "plate.png",
        mimeType: "image/png",
        buffer: Buffer.from(await page.screenshot()),
      };
      await page.locator('input[type="file"]:visible').setInputFiles(photo);
      await context.clearPermissions();
      await page.click("#send");
      await page.getByText("得不到位置，无法登记铭牌").waitFor();
      await context.grantPermissions(["geolocation"]);
      await context.setGeolocation({ latitude: 38.042769, longitude: 114.51486 });
      await page.click("#send");
      await expect
        .poll(async () => (await client.plates(LAMP)).items)
        .toMatchObject([
          { seal, state: "installed", office: OFFICE, place: [1_145_148_600, 380_427_690] },
        ]);
      const shown = await (
        await fetch(`${url}/${LAMP}`, { headers: { Accept: "text/html", "Accept-Language": "zh" } })
      ).text();
      expect(shown).toMatch(/铭牌 4[ ,  ]?711 .*已安装/);
      await page.locator('input[value="missing"]').check();
      await page.click("#send");
      await expect
        .poll(async () => (await client.plates(LAMP)).items)
        .toMatchObject([{ seal, state: "missing" }]);
      expect(complaints).toEqual({ violations: [], errors: [], foreign: [] });

      for (const colorScheme of ["light", "dark"] as const) {
        await page.goto(`${url}/report/${LAMP}?seal=${seal}`);
        await wear(page, colorScheme);
        for (const value of ["matter", "installed"]) {
          await page.locator(`input[value="${value}"]`).check();
          await page.evaluate(AXE);
          const { violations } = (await page.evaluate(
            `axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, rules: { "target-size": { enabled: true } } })`,
          )) as AxeResults;
          expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
        }
      }
    });

    test("keeps what is written while it looks for the place and in another language, and the focus", async () => {
      const { url } = present(again, "a node");
      const { page, complaints } = await openWatchedPage(present(phone, "the phone"), url);
      await page.goto(`${url}/report/${OFFICE}`);
      await page.evaluate(`navigator.geolocation.getCurrentPosition = (found) => {
        globalThis.found = () => found({ coords: { longitude: 114.5, latitude: 38 } });
      }`);
      const focus = () => page.evaluate(() => document.activeElement?.id);
      await page.fill("textarea:visible", "路灯不亮");
      await page.fill('input[name="number"]', "7");
      await page.locator('input[name="place"]').check();
      await page.focus("#send");
      await page.keyboard.press("Enter");
      await page.getByText("正在获取位置").waitFor();
      expect(await focus()).toBe("send");
      await page.fill("textarea:visible", "下一个");
      await page.getByRole("button", { name: "English" }).click();
      await page.getByText("Looking for your place").waitFor();
      await page.getByText("What is the matter").first().waitFor();
      expect(await page.inputValue("textarea:visible")).toBe("下一个");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("中文");
      await page.focus("#send");
      await page.evaluate("found()");
      await page.locator("#notice", { hasText: "Signed and kept on this phone" }).waitFor();
      expect(await page.inputValue("textarea:visible")).toBe("下一个");
      expect(await page.inputValue('input[name="number"]')).toBe("");
      expect(await focus()).toBe("send");
      const [row = ""] = await page.locator("#reports li").allTextContents();
      expect(row).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d · 路灯不亮 · 7 · /);
      await page.getByRole("button", { name: "中文" }).click();
      expect(complaints).toEqual({ violations: [], errors: [], foreign: [] });
      await page.close();
    });

    test("fits a narrow phone, takes any address, and waits where its clock is fast", async () => {
      const { url } = present(again, "a node");
      const { page, complaints } = await openWatchedPage(present(phone, "the phone"), url);
      await page.setViewportSize({ width: 320, height: 640 });
      await page.goto(`${url}/report/${OFFICE}`);
      await page.locator("textarea:visible").waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
      // As large as a thumb.
      for (const tick of await page.locator("label.tick:visible").all()) {
        expect((await tick.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      }
      await page.goto(`${url}/report/%25`);
      await page.goto(`${url}/report/MA.156%E0%A4%A`);
      await page.locator("main").waitFor();
      expect(complaints.errors).toEqual([]);
      await page.clock.install({ time: Date.now() + 15 * 60_000 });
      await page.goto(`${url}/report/${OFFICE}`);
      await page.fill("textarea:visible", "钟快了");
      const refused = page.waitForResponse((answer) => answer.status() === 422);
      await page.click("#send");
      expect(JSON.parse(await (await refused).text()).code).toBe("DATA_TIME");
      await page.reload();
      await page.locator('li[data-state="waiting"]').waitFor();
      expect(await states(page)).toContain("waiting");
      await page.close();
    });
  },
);
