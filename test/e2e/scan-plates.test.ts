import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { CHROMIUM, launch } from "./browser.ts";
import { drawPlate, filmOf, generator, type Pose } from "./plate-pictures.ts";
import * as plates from "./plates-world.ts";

// Plates before a camera: each film is one plate as a phone sees it, 720 lines high, and the page has nothing else to go by.
// One of each kind by default; with CITYID_SCANS=100 so many, and how many of them were read within two seconds.

const SCANS = Number(process.env.CITYID_SCANS ?? 4);
const GOAL_MILLISECONDS = 2000;
const GOAL_SHARE = 0.95;

/** What makes a plate hard to read, each with as much of it as issue 5 asks for. */
const KINDS: readonly (readonly [string, (random: () => number) => Omit<Pose, "seed">])[] = [
  [
    "tilted 30°",
    (random) => ({ widthPixels: 260 + 120 * random(), tilt: 30, turn: 40 * random() - 20 }),
  ],
  [
    "blurred",
    (random) => ({
      widthPixels: 280 + 100 * random(),
      blur: 1 + 0.5 * random(),
      tilt: 15 * random(),
    }),
  ],
  [
    "dim",
    (random) => ({
      widthPixels: 240 + 140 * random(),
      light: 0.15 + 0.15 * random(),
      turn: 360 * random(),
    }),
  ],
  [
    "150 pixels wide",
    (random) => ({ widthPixels: 150, tilt: 5 * random(), turn: 20 * random() - 10 }),
  ],
];

type Scan = { readonly kind: string; readonly milliseconds: number | undefined };

describe.skipIf(CHROMIUM === undefined)(
  "plates before a camera (needs Chromium: apt-get install chromium)",
  () => {
    let directory: string;
    let world: plates.PlatesWorld;
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), "cityid-scan-"));
      world = await plates.openPlatesWorld();
    });
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
      discard(directory);
    });

    async function scan(seed: number): Promise<Scan> {
      const [kind, poseOf] = KINDS[seed % KINDS.length] ?? ["", () => ({ widthPixels: 300 })];
      const pose = poseOf(generator(1000 + seed));
      const text = await world.seal(plates.LAMP, { serial: 2000 + seed });
      // A hand is not quite still, and every frame has noise of its own.
      const frames = [1, 2, 3].map((n) => drawPlate(text, { ...pose, seed: 10 * seed + n }));
      const film = join(directory, "plate.y4m");
      writeFileSync(film, filmOf(frames));
      const browser = await launch(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        `--use-file-for-fake-video-capture=${film}`,
      );
      try {
        const page = await browser.newPage({ locale: "en-GB" });
        await page.goto(`${world.node.url}/verify`);
        const verdict = page.locator(".verdict");
        const isRead = await verdict.waitFor({ timeout: 120_000 }).then(
          () => true,
          () => false,
        );
        if (!isRead) return { kind, milliseconds: undefined };
        expect(await verdict.getAttribute("data-reason")).toBe("genuine");
        const milliseconds: number = await page.evaluate(
          `performance.measure("scan", "cityid-first-frame", "cityid-read").duration`,
        );
        return { kind, milliseconds };
      } finally {
        await browser.close();
      }
    }

    test(
      `${SCANS} are read`,
      async () => {
        const scans: Scan[] = [];
        for (let seed = 0; seed < SCANS; seed++) scans.push(await scan(seed));
        for (const [kind] of KINDS) {
          const times = scans.filter((each) => each.kind === kind).map((each) => each.milliseconds);
          const soon = times.filter((each) => each !== undefined && each <= GOAL_MILLISECONDS);
          const sorted = times
            .map((each) => Math.round(each ?? Number.POSITIVE_INFINITY))
            .sort((a, b) => a - b);
          console.log(
            `${kind}: ${soon.length} of ${times.length} within 2 s; ms ${sorted.join(" ")}`,
          );
        }
        const soon = scans.filter(
          ({ milliseconds = Number.POSITIVE_INFINITY }) => milliseconds <= GOAL_MILLISECONDS,
        );
        console.log(`${soon.length} of ${SCANS} within 2 s`);
        // A few are only read, whatever the machine does meanwhile; many are counted as well.
        if (SCANS < 100)
          expect(scans.filter(({ milliseconds }) => milliseconds === undefined)).toEqual([]);
        else expect(soon.length / SCANS).toBeGreaterThanOrEqual(GOAL_SHARE);
      },
      60_000 + SCANS * 180_000,
    );
  },
);
