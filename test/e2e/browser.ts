import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const PLACES: readonly string[] = [
  process.env.CITYID_CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Where Chromium is; `undefined` where it is not installed (Debian: `apt-get install chromium`). */
export const CHROMIUM: string | undefined = PLACES.find(
  (place) => place !== "" && existsSync(place),
);

/** A page on a machine that does other things too may take its time. */
export const PATIENCE_MILLISECONDS = 120_000;

export function launch(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? "",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", ...more],
  });
}

/** What a page must not do, as it happens. */
export type Complaints = {
  readonly violations: string[];
  readonly errors: string[];
  readonly foreign: string[];
};

// Runs in the page, before any script of it.
const NOTE_VIOLATIONS = `document.addEventListener("securitypolicyviolation", (event) => {
  noteViolation([event.effectiveDirective, event.blockedURI, event.sourceFile].join(" "));
});`;

/** Opens a page that notes every violation of its policy, error, and request to anybody but these nodes. */
export async function openWatchedPage(
  context: BrowserContext,
  ...bases: readonly string[]
): Promise<{ readonly page: Page; readonly complaints: Complaints }> {
  const complaints: Complaints = { violations: [], errors: [], foreign: [] };
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MILLISECONDS);
  await page.exposeFunction("noteViolation", (what: string) => complaints.violations.push(what));
  await page.addInitScript(NOTE_VIOLATIONS);
  page.on("console", (message) => {
    if (message.type() === "error") complaints.errors.push(message.text());
  });
  page.on("pageerror", (error) => complaints.errors.push(error.message));
  page.on("request", (request) => {
    const url = request.url();
    const isOurs = bases.some((base) => url.startsWith(`${base}/`)) || url.startsWith("blob:");
    if (!isOurs) complaints.foreign.push(url);
  });
  return { page, complaints };
}

/**
 * Shows a page in a scheme, and waits until it does: colours on their way from one to the other are those of neither. Whoever looks
 * at them afterwards judges them, whether or not they came to rest.
 */
export async function wear(page: Page, colorScheme: "dark" | "light"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  const isWorn = (scheme: string): boolean =>
    document.documentElement.dataset.theme === scheme &&
    document.getAnimations().every(({ playState }) => playState !== "running");
  await page.waitForFunction(isWorn, colorScheme, { timeout: 10_000 }).catch(() => undefined);
}
