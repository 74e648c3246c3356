import { ApiProblem, createClient, fromHex, readInvitation } from "cityid/sdk";
import "../styles/tokens.css";
import "../styles/base.css";
import { dressDocument, SYSTEM_DARK } from "../app/document.ts";
import { language } from "../app/settings.ts";
import { button, h } from "../plain/dom.ts";
import { silence, speakAgain, spoken } from "../plain/spoken.ts";
import { say } from "../plain/text.ts";
import { reportForm, type Subject } from "./form.ts";
import { reportList } from "./list.ts";
import { sendWaiting } from "./queue.ts";
import "./report.css";
import { enrol, signReport } from "./sign.ts";
import { type Enrolled, keys, reports } from "./store.ts";
import { WORDS, type Word } from "./words.ts";

// The page that a person in the field reports with, in front of a plate: signed here, kept here until the node has received it.

const AGAIN_MILLISECONDS = 15_000;
const SEAL_BYTES = 12;

const root = document.querySelector("#report") as HTMLElement;
const client = createClient({ url: location.origin, attempts: 1 });
const notice = h("p", { id: "notice", role: "status", tabindex: "-1" });
const queue = h("section", { id: "reports", "aria-live": "polite" });
const other = spoken(button("", switchLanguage, "plain"), WORDS.language);

/** The code that the page was opened for; empty where it was opened for none. */
const asked = readPath(location.pathname.replace(/^\/report\/?/, ""));
const seal = fromHex(new URLSearchParams(location.search).get("seal") ?? "");

function readPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function invitationHere(): Uint8Array | undefined {
  const text = new URLSearchParams(location.hash.slice(1)).get("i");
  if (text === null) return undefined;
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function tell(word: Word | undefined, facts?: Readonly<Record<string, unknown>>): void {
  if (word === undefined) silence(notice);
  else spoken(notice, WORDS[word], facts);
}

async function show(): Promise<void> {
  dressDocument();
  dressOther();
  document.title = say(WORDS.title);
  const invitation = invitationHere();
  const said = invitation && readInvitation(invitation);
  const key = keyFor(await keys());
  const main = h("main", { id: "main", tabindex: "-1" });
  if (invitation !== undefined && said !== undefined) main.append(invited(invitation, said.label));
  else if (key === undefined) main.append(spoken(h("p"), WORDS.noKey));
  else main.append(keyLine(key), reportForm(subjectFor(key), sign(key), tell));
  main.append(notice, queue);
  const skip = spoken(h("a", { class: "skip", href: "#main" }), WORDS.skip);
  root.replaceChildren(skip, head(), main);
  await showReports();
}

/** The key for the dataset that was asked for, else of the nearest office above, else any. */
function keyFor(known: readonly Enrolled[]): Enrolled | undefined {
  const above = known.filter(
    ({ office }) =>
      asked === office || asked.startsWith(`${office}/`) || asked.startsWith(`${office}.`),
  );
  const [nearest] = above.sort((a, b) => b.office.length - a.office.length);
  return known.find(({ dataset }) => dataset === asked) ?? nearest ?? known.at(-1);
}

function subjectFor({ dataset }: Enrolled): Subject {
  return {
    code: asked === "" ? dataset : asked,
    ...(seal?.length === SEAL_BYTES && { seal }),
    hasPlates: asked !== "" && asked !== dataset,
  };
}

function sign(key: Enrolled): Parameters<typeof reportForm>[1] {
  return async (reported) => {
    await signReport(key, reported);
    tell("kept");
    await showReports();
    send();
  };
}

function head(): HTMLElement {
  const serial =
    seal?.length === SEAL_BYTES && new DataView(seal.buffer).getUint32(seal.byteOffset);
  const about = h("p");
  if (asked !== "") {
    if (serial === false) spoken(about, WORDS.about, { code: asked });
    else spoken(about, WORDS.aboutPlate, { code: asked, serial });
  }
  return h("header", {}, spoken(h("h1"), WORDS.title), about, other);
}

function dressOther(): void {
  other.lang = language.get() === "zh" ? "en" : "zh-CN";
}

/** What was written stays: only words change. */
function switchLanguage(): void {
  language.set(language.get() === "zh" ? "en" : "zh");
  dressDocument();
  dressOther();
  document.title = say(WORDS.title);
  speakAgain(root);
  void showReports();
}

function invited(invitation: Uint8Array, label: string): HTMLElement {
  const ask = spoken(
    button("", () => void askFor(), "primary"),
    WORDS.enrol,
  );
  ask.id = "enrol";
  const askFor = async (): Promise<void> => {
    if (ask.ariaDisabled === "true") return;
    ask.ariaDisabled = "true";
    try {
      const { kid } = await enrol(client, invitation);
      // The invitation has done its work: whoever looks at the address later gets nothing from it.
      history.replaceState(null, "", location.pathname + location.search);
      await show();
      tell("asked", { kid });
      // The button that had the focus is gone.
      notice.focus();
    } catch (cause) {
      ask.ariaDisabled = null;
      tell(cause instanceof ApiProblem ? "notTaken" : "noBase");
    }
  };
  return h("section", {}, spoken(h("p"), WORDS.invited, { label }), ask);
}

function keyLine({ kid, label, office }: Enrolled): HTMLElement {
  const name = spoken(h("span"), WORDS.key);
  return h("p", { class: "key" }, `${office} · ${label} · `, name, " ", h("code", {}, kid));
}

async function showReports(): Promise<void> {
  const all = await reports();
  const times = h("p", { class: "quiet" }, say(WORDS.times));
  queue.replaceChildren(
    h("h2", {}, say(WORDS.queue)),
    ...(all.length > 0 ? [times] : []),
    reportList(all),
  );
}

function send(): void {
  void sendWaiting(showReports);
}

matchMedia(SYSTEM_DARK).addEventListener("change", dressDocument);
await show();
addEventListener("online", send);
setInterval(send, AGAIN_MILLISECONDS);
send();

// The page itself opens without a network after the first visit.
navigator.serviceWorker?.register("/report-sw.js", { scope: "/report" }).catch(() => undefined);
