import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import type { AxeResults } from "axe-core";
import type { Browser, Download, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAIN } from "../node/real-node.ts";
import { CHROMIUM, type Complaints, launch, openWatchedPage, wear } from "./browser.ts";
import { type DemoNode, startDemoNode } from "./demo-node.ts";

const run = promisify(execFile);
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

// One newcomer walks the whole tour against a fresh node: each step is tested as it stands in the story, and what the
// page must never do is looked at after each of them.
describe.skipIf(CHROMIUM === undefined)(
  "the tour (needs Chromium: apt-get install chromium)",
  () => {
    let node: DemoNode;
    let browser: Browser;
    let page: Page;
    let complaints: Complaints;

    beforeAll(async () => {
      node = await startDemoNode();
      browser = await launch();
      const context = await browser.newContext({
        locale: "en-GB",
        viewport: { width: 1440, height: 900 },
      });
      const { city } = await readDemo(node);
      ({ page, complaints } = await openWatchedPage(context, node.url, city.url));
    });

    afterAll(async () => {
      await browser?.close();
      await node?.[Symbol.asyncDispose]();
    });

    const button = (name: string | RegExp): Locator => page.getByRole("button", { name });
    const visit = (step: string) => page.goto(`${node.url}/tour/${step}`);
    const expectShown = (text: string | RegExp) => page.getByText(text).first().waitFor();

    /** The step was seen to its end, and the page kept to its policy. */
    async function expectDone(takeaway: string | RegExp): Promise<void> {
      await expectShown(takeaway);
      expect(complaints).toEqual({ violations: [], errors: [], foreign: [] });
    }

    /** Connections that a kill cut, and a node that is not ready yet, are the point of such a step; nothing else may go wrong. */
    function forgiveAbsence(): void {
      complaints.errors.splice(
        0,
        Infinity,
        ...complaints.errors.filter((error) => !/net::ERR_|status of 503/.test(error)),
      );
    }

    test("the address of the node leads to the tour, which names what this is", async () => {
      const response = await page.goto(node.url);
      const policy = response?.headers()["content-security-policy"] ?? "";
      expect(policy).toContain("default-src 'self'");
      expect(policy).not.toContain("unsafe-inline");
      await expectShown("Look up a city");
      expect(page.url()).toBe(`${node.url}/tour`);
      await expectShown("The codes here are not official");
    });

    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.textContent ?? "");

    test("1: nothing is asked of the node where nothing was typed", async () => {
      const asked: string[] = [];
      const note = (request: { url(): string }) => asked.push(new URL(request.url()).pathname);
      page.on("request", note);
      await visit("look-up");
      await page.getByLabel("Name, pinyin or code").fill(" ");
      await button("Search").click();
      await expectShown("Type a name, its pinyin or a code first");
      // The parts of a step stand apart.
      const title = await page.locator(".step-head > h1").boundingBox();
      const intro = await page.locator(".step-head > p").last().boundingBox();
      expect((intro?.y ?? 0) - (title?.y ?? 0) - (title?.height ?? 0)).toBeGreaterThanOrEqual(4);
      await visit("old-number");
      await page.getByRole("textbox").fill("");
      await button("Find").click();
      await expectShown("Type a number first");
      expect(asked.filter((path) => path.startsWith("/v1/codes"))).toEqual([]);
      page.off("request", note);
      expect(complaints).toEqual({ violations: [], errors: [], foreign: [] });
    });

    test("1: a language that was chosen goes along to the pages of codes, and stays there", async () => {
      await visit("look-up");
      await button("中文").click();
      await button("查询").click();
      const code = page.locator(".result .code a").first();
      await code.click();
      await page.waitForURL(/MA\.156\.1301\?lang=zh$/);
      await page.locator("nav.path a").first().click();
      await page.waitForURL(/\/MA\?lang=zh$/);
      expect(await page.getAttribute("html", "lang")).toBe("zh-CN");
      await page.locator("header a[hreflang=en]").click();
      await page.locator("header a").first().click();
      await expectShown("Look up a city");
      expect(page.url()).not.toContain("lang=");
      expect(await code.count()).toBe(0);
    });

    test("1: a name leads to a record, its place and who signed it", async () => {
      await visit("look-up");
      await page.getByLabel("Name, pinyin or code").fill("shijiazhuang");
      await button("Search").click();
      await page.getByRole("heading", { name: "Shijiazhuang" }).waitFor();
      await expectShown("approved, by Demonstration Institute A");
      await expectShown("approved, by Demonstration Institute B");
      await expectShown("The checkpoint is signed by the log");
      await expectDone("A name led to one record");
    });

    test("a call that the page shows works when it is pasted into a shell", async () => {
      const command = await page.locator("details.call[open] pre").first().textContent();
      const { stdout } = await run("sh", ["-c", command ?? ""]);
      expect(JSON.parse(stdout).items[0].code).toBe("MA.156.1301");
    });

    test("2: Laiwu is a city in 2015 and part of Jinan today", async () => {
      await visit("in-time");
      await button("Ask").click();
      await page.getByRole("heading", { name: /Laiwu|莱芜/ }).waitFor();
      await expectShown("MA.156.3701");
      await expectDone("The same code gave two answers");
    });

    test("3: a code that was never issued is proved absent, and a changed proof is refused", async () => {
      await visit("never-issued");
      await button("Ask for the proof").click();
      await expectShown(/was never issued in this ledger/);
      await button("Change one byte").click();
      await expectShown(/With one byte changed the proof is refused: [A-Z_]+/);
      await expectDone("The node could not just say");
    });

    test("4: Baoding applies, two institutes agree, the code is issued", async () => {
      await visit("apply");
      const contact = "office@baoding.example";
      await page.getByRole("textbox").fill(contact);
      await button("中文").click();
      await page.getByRole("heading", { name: "申请", exact: false }).first().waitFor();
      expect(await page.getByRole("textbox").inputValue()).toBe(contact);
      await button("English").click();
      await button("Sign and apply").click();
      await button("Sign as Demonstration Institute A and admit").waitFor();
      // The button that had the focus is gone: it is where it goes on.
      expect(await focused()).toMatch(/Institute A/);
      expect(await page.locator(".step > [role=status]").textContent()).toMatch(
        "In the inbox of Demonstration Institute A",
      );
      await button("Sign as Demonstration Institute A and admit").click();
      await button("Sign as Demonstration Institute A and approve").click();
      // The vote has arrived when it is the next one's turn; a reload before that would cut it off.
      await button("Sign as Demonstration Institute B and approve").waitFor();
      // A reload in the middle changes nothing: whose turn it is stands in the ledger.
      await page.reload();
      await button("Sign as Demonstration Institute B and approve").click();
      await page.getByRole("heading", { name: "Baoding holds MA.156.1306" }).waitFor();
      expect(await focused()).toBe("Baoding holds MA.156.1306");
      const record = await fetch(`${node.url}/v1/codes/MA.156.1306`);
      expect(await record.json()).toMatchObject({
        code: "MA.156.1306",
        effective: { status: "active" },
      });
      await expectDone("Nobody could issue this code alone");
    });

    test("4, again: the next city is offered", async () => {
      await button("Apply for another city").click();
      await expectShown("Tangshan asks for its code");
    });

    test("5: an old number leads to its lamp", async () => {
      await visit("old-number");
      await button("Find").click();
      await expectShown("one import of 1,000 things");
      await expectDone("The number on the old sticker");
    });

    test("6: twenty lamps come by one signature and go by one", async () => {
      await visit("void");
      await button("Sign and import").click();
      await page.getByRole("heading", { name: "20 lamps are registered" }).waitFor();
      expect(await focused()).toBe("20 lamps are registered");
      await page.reload();
      await button("Sign and void the import").click();
      await page.getByRole("heading", { name: "20 lamps are void" }).waitFor();
      const code = (await page.locator(".code-list a").first().textContent()) ?? "";
      const lamp = await fetch(`${node.url}/v1/codes/${encodeURIComponent(code)}`);
      expect(await lamp.json()).toMatchObject({ effective: { status: "void" } });
      await expectDone("One decision made many records");
    });

    test("7: the audit finds the record with the changed bit", async () => {
      await visit("attack");
      await button("Copy, change, audit").click();
      await expectShown(/intact: [\d,]+ entries/);
      await expectShown(/found in the record that begins at byte [\d,]+/);
      await expectDone(/One bit among [\d,]+ bytes was enough/);
    });

    test("8: the node is killed under load and loses nothing that it confirmed", async () => {
      await visit("kill");
      const { process: before } = await readDemo(node);
      await button("Send, kill, look for everything").click();
      await page
        .getByRole("heading", { name: "Nothing that was confirmed is missing" })
        .waitFor({ timeout: 150_000 });
      const { process: after } = await readDemo(node);
      expect(after.pid).not.toBe(before.pid);
      expect(after.starts).toBe(before.starts + 1);
      expect(await factOf(page, "Confirmed before the kill")).toBeGreaterThan(50);
      expect(await factOf(page, "Confirmed after it came back")).toBeGreaterThan(0);
      forgiveAbsence();
      await expectDone("A confirmation means that it is on the disk");
    });

    test("9: a lamp of Haikou is proved from the root, whose absence does not keep Haikou from writing", async () => {
      await visit("own-ledger");
      const { city, process: before } = await readDemo(node);
      await button("Prove it from the root").click();
      await page
        .getByRole("heading", { name: /genuine and current, proved from the root/ })
        .waitFor();
      await expectShown(`The root shows that it delegated ${city.code} to another ledger`);
      await expectShown(`${new URL(city.url).host}/log`);
      await expectShown("its log grew out of the kept one");
      await button("Stop the root, then sign and write").click();
      await page
        .getByRole("heading", { name: "The city wrote on while the root was away" })
        .waitFor({ timeout: 150_000 });
      await expectShown("checked in this page, with the keys that the root shows for the city");
      expect((await readDemo(node)).process.pid).not.toBe(before.pid);
      const lamp = await fetch(`${city.url}/v1/codes/${encodeURIComponent(city.lamp)}`);
      expect((await lamp.json()).record.attributes.inspected.value).toMatch(/^\d{4}-/);
      await page.getByText(/a checkpoint of [\d,]+ entries, this one among them/).waitFor({
        timeout: 150_000,
      });
      forgiveAbsence();
      await expectDone("needs the root for nothing but being found and believed");
    }, 300_000);

    test("10: of ten plates one is genuine, forged and swapped in turn, and the page says which", async () => {
      await visit("plates");
      await button("Seal and print 10 plates").click();
      await page.locator(".plate svg").nth(9).waitFor();
      await button("Check the first plate").click();
      await page.getByRole("heading", { name: "Genuine and current. Sealed by" }).waitFor();
      await button("Forge it").click();
      await page.getByRole("heading", { name: "Forged: the signature" }).waitFor();
      await expectShown("SEAL_SIGNATURE");
      await button("Swap two seals").click();
      await page.getByRole("heading", { name: /Swapped: the plate says \S+LAMP/ }).waitFor();
      await expectShown("SEAL_SWAPPED");
      await expectDone("Nobody can make a plate for a thing without a key");
    });

    test("11: a report that was signed without a network waits, is delivered, and its receipt verified", async () => {
      await visit("report");
      await button("Sign and enrol this browser").click();
      await expectShown("There is a network. Switch");
      const kid = await page
        .getByText(/[0-9a-f]{16}/)
        .first()
        .textContent();
      await page.reload();
      await expectShown("There is a network. Switch");
      expect(
        await page
          .getByText(/[0-9a-f]{16}/)
          .first()
          .textContent(),
      ).toBe(kid);
      await page.context().setOffline(true);
      await expectShown("No network. What you report waits");
      await page.getByLabel("What is the matter").fill("manhole cover broken");
      await button("Sign the report").click();
      await page.getByRole("heading", { name: "Signed, waiting for a network" }).waitFor();
      const dataset = "MA.156.1301.02/DATA/TOUR";
      const entries = async () => {
        const answer = await fetch(`${node.url}/v1/datasets/${encodeURIComponent(dataset)}`);
        return ((await answer.json()) as { entries: number }).entries;
      };
      expect(await entries()).toBe(1);
      await page.context().setOffline(false);
      await page.getByRole("heading", { name: "Received as entry 1" }).waitFor();
      await expectShown("The receipt was checked in this page");
      await expectDone("arrived once, whatever the network did");
      expect(await entries()).toBe(2);
      // What the page lets the visitor keep, verified without it.
      const downloads: Download[] = [];
      page.on("download", (each) => downloads.push(each));
      await button("Save the receipt").click();
      await expect.poll(() => downloads.length).toBe(2);
      for (const each of downloads) {
        await each.saveAs(join(node.directory, each.suggestedFilename()));
      }
      const command =
        (await page
          .getByText(/npx cityid verify report/)
          .first()
          .textContent()) ?? "";
      const { stdout } = await run("sh", ["-c", `cd ${node.directory} && ${here(command)}`]);
      expect(stdout).toMatch(/report\.receipt|✔/);
    });

    test("12: Haikou asks for a dataset, reads what it was granted, verifies it, and is refused once it was revoked", async () => {
      await visit("share");
      await expectShown("Nothing was measured in Shijiazhuang");
      await page.getByLabel("What for").fill("compare climates");
      await button("Sign the request").click();
      await expectShown("The request stands in the ledger");
      expect(await focused()).toMatch(/Shijiazhuang/);
      await page.reload();
      await button("Sign the grant").click();
      await expectShown("Granted: place, rain, temperature");
      await page.reload();
      await button("Read it").click();
      await expectShown("366 temperatures over time");
      expect(await page.locator(".chart-line").getAttribute("points")).toMatch(/^(\S+ ){365}\S+$/);
      await expectShown("1 feature for maps, at -122.3139, 47.4444");
      await expectShown("not granted, so it is in no answer");
      await button("Fetch the proof and check it").click();
      await expectShown("34.4 °C on 2012-08-16");
      await expectShown("MA.156.1301.02_DATA_WEATHER.g1");
      await expectShown("The ledger keeps that checkpoint since");
      await button("Sign the revocation, then ask again").click();
      await page
        .getByText(/Refused with 40\d/)
        .nth(1)
        .waitFor();
      complaints.errors.splice(
        0,
        Infinity,
        ...complaints.errors.filter((error) => !/status of 40[134]/.test(error)),
      );
      await expectDone("Two cities agreed without a third");
      for (const colorScheme of ["dark", "light"] as const) {
        await wear(page, colorScheme);
        await page.evaluate(AXE);
        const { violations } = (await page.evaluate(
          `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`,
        )) as AxeResults;
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      }
      const agreed = await fetch(`${node.url}/v1/grants?code=MA.156.4601`);
      const { items } = (await agreed.json()) as { items: { end: string; purpose: string }[] };
      expect(items).toMatchObject([{ end: "revoked", purpose: "compare climates" }]);
      // What the page lets the visitor keep, verified without it.
      const downloads: Download[] = [];
      page.on("download", (each) => downloads.push(each));
      for (const name of ["Save the proof", "Save the trust policy"]) await button(name).click();
      await expect.poll(() => downloads.length).toBe(2);
      for (const each of downloads) {
        await each.saveAs(join(node.directory, each.suggestedFilename()));
      }
      const command = "npx cityid verify proof.json --policy policy.txt";
      const { stdout } = await run("sh", ["-c", `cd ${node.directory} && ${here(command)}`]);
      expect(stdout).toMatch(/34\.4/);
    });

    test("all twelve steps are remembered after a reload", async () => {
      await page.goto(`${node.url}/tour`);
      await page.getByText("seen").nth(11).waitFor();
      expect(await page.getByText("seen").count()).toBe(12);
    });
  },
);

/** The command of this checkout, wherever it is run. */
function here(command: string): string {
  return command.replace("npx cityid", `node ${MAIN}`);
}

type Demo = {
  readonly city: { readonly code: string; readonly url: string; readonly lamp: string };
  readonly process: { readonly pid: number; readonly starts: number };
};

async function readDemo({ url }: DemoNode): Promise<Demo> {
  return (await (await fetch(`${url}/demo`)).json()) as Demo;
}

/** The first number of a fact in the report. */
async function factOf(page: Page, name: string): Promise<number> {
  const text = await page.locator("dt", { hasText: name }).locator("+ dd").textContent();
  return Number((text ?? "").replaceAll(",", "").match(/\d+/)?.[0]);
}
