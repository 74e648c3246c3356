import {
  ApiProblem,
  type Code,
  createClient,
  fileValue,
  hex,
  makeObservation,
  readInvitation,
  type Said,
  saidFromJson,
  signEnrolment,
  signEntry,
  signerFromWebCrypto,
} from "cityid/sdk";
import "../styles/tokens.css";
import "../styles/base.css";
import { dressDocument, SYSTEM_DARK } from "../app/document.ts";
import { language } from "../app/settings.ts";
import { pictureOf } from "./picture.ts";
import { sendWaiting } from "./queue.ts";
import "./report.css";
import { type Enrolled, keepKey, keepReport, keys, type Report, reports } from "./store.ts";
import { WORDS, type Word } from "./words.ts";

// The page that a person in the field reports with, in front of a plate: signed here, kept here until the node has received it.

const AGAIN_MILLISECONDS = 15_000;
const DEGREE = 1e7;

const root = document.querySelector("#report") as HTMLElement;
const client = createClient({ url: location.origin, attempts: 1 });
let notice: Word | undefined;

const say = (word: Word): string => WORDS[word][language.get()];
/** The code that the page was opened for. */
const subject = decodeURIComponent(location.pathname.replace(/^\/report\/?/, ""));
const seal = new URLSearchParams(location.search).get("seal");

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
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

async function enrol(invitation: Uint8Array): Promise<void> {
  const said = readInvitation(invitation);
  if (said === undefined) return;
  const [{ log }, { origin }] = await Promise.all([client.dataset(said.dataset), client.node()]);
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  const signer = await signerFromWebCrypto(pair);
  const claims = { office: said.office as Code, aud: origin, iatSeconds: nowSeconds(), signer };
  await client.enrol(invitation, await signEnrolment(claims, invitation));
  await keepKey({ ...said, kid: hex(signer.kid), pair, audience: log.origin });
  // The invitation has done its work: whoever looks at the address later gets nothing from it.
  history.replaceState(null, "", location.pathname + location.search);
}

async function report(key: Enrolled, form: HTMLFormElement): Promise<void> {
  const fields = new FormData(form);
  const text = String(fields.get("text") ?? "").trim();
  const number = String(fields.get("number") ?? "").trim();
  const file = fields.get("photo");
  const photo = file instanceof File && file.size > 0 ? await pictureOf(file) : undefined;
  if (file instanceof File && file.size > 0 && photo === undefined) return tell("picture");
  if (text === "" && number === "" && photo === undefined) return tell("empty");
  const place = fields.get("place") === "on" ? await whereAmI() : undefined;
  if (fields.get("place") === "on" && place === undefined) return tell("noPlace");
  const plain = saidFromJson({
    id: subject === "" ? key.dataset : subject,
    time: new Date().toISOString(),
    type: "Report",
    ...(text !== "" && { note: text }),
    ...(number !== "" && { number: Number(number) }),
    ...(place !== undefined && { place }),
    ...(seal !== null && { seal }),
  });
  const named = photo && fileValue(photo);
  const said: Said = { ...plain, ...(named !== undefined && { photo: named }) };
  const signed = await signEntry(
    {
      source: key.office as Code,
      audience: key.audience,
      iatSeconds: nowSeconds(),
      signer: await signerFromWebCrypto(key.pair),
    },
    [makeObservation(said)],
    photo === undefined ? [] : [photo],
  );
  const id = crypto.randomUUID();
  const words = [text, number, photo && "📷"].filter(Boolean).join(" · ");
  await keepReport({
    id,
    dataset: key.dataset,
    said: words,
    made: Date.now(),
    signed,
    state: "waiting",
  });
  notice = undefined;
  form.reset();
  await showReports();
  void sendWaiting(showReports);
}

function whereAmI(): Promise<readonly [number, number] | undefined> {
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve([Math.round(coords.longitude * DEGREE), Math.round(coords.latitude * DEGREE)]),
      () => resolve(undefined),
      { enableHighAccuracy: true, timeout: 10_000 },
    );
  });
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function tell(word: Word): void {
  notice = word;
  const place = document.querySelector("#notice");
  if (place !== null) place.textContent = say(word);
}

async function show(): Promise<void> {
  dressDocument();
  document.title = say("title");
  const invitation = invitationHere();
  const known = await keys();
  const said = invitation && readInvitation(invitation);
  const key = known.find(({ dataset }) => dataset === (said?.dataset ?? subject)) ?? known.at(-1);
  const parts: Node[] = [head()];
  if (invitation !== undefined && said !== undefined) parts.push(invited(invitation, said.label));
  else if (key === undefined) parts.push(element("p", {}, say("noKey")));
  else parts.push(keyLine(key), formFor(key));
  const status = notice === undefined ? "" : say(notice);
  parts.push(element("p", { id: "notice", role: "status" }, status));
  parts.push(element("section", { id: "reports", "aria-live": "polite" }));
  root.replaceChildren(...parts);
  await showReports();
}

function head(): HTMLElement {
  const button = element(
    "button",
    { type: "button", class: "plain", lang: language.get() === "zh" ? "en" : "zh" },
    say("language"),
  );
  button.addEventListener("click", () => {
    language.set(language.get() === "zh" ? "en" : "zh");
    void show();
  });
  const about = subject === "" ? "" : `${say("about")} ${subject}`;
  return element("header", {}, element("h1", {}, say("title")), element("p", {}, about), button);
}

function invited(invitation: Uint8Array, label: string): HTMLElement {
  const button = element("button", { type: "button", id: "enrol" }, say("enrol"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await enrol(invitation);
      notice = "asked";
      await show();
    } catch (cause) {
      button.disabled = false;
      tell(cause instanceof ApiProblem ? "notTaken" : "noBase");
    }
  });
  return element("section", {}, element("p", {}, `${say("invited")}: ${label}`), button);
}

function keyLine({ kid, label, office }: Enrolled): HTMLElement {
  return element(
    "p",
    { class: "key" },
    `${office} · ${label} · ${say("key")} `,
    element("code", {}, kid),
  );
}

function formFor(key: Enrolled): HTMLElement {
  const field = (word: Word, input: HTMLElement) => element("label", {}, say(word), input);
  const place = element("input", { type: "checkbox", name: "place" });
  const form = element(
    "form",
    {},
    field("text", element("textarea", { name: "text", rows: "3", maxlength: "4000" })),
    field("number", element("input", { name: "number", type: "number", step: "any" })),
    field(
      "photo",
      element("input", { name: "photo", type: "file", accept: "image/*", capture: "environment" }),
    ),
    element("label", { class: "tick" }, place, say("place")),
    element("button", { type: "submit", id: "send" }, say("send")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    report(key, form).catch(() => tell("notKept"));
  });
  return form;
}

async function showReports(): Promise<void> {
  const place = document.querySelector("#reports");
  if (place === null) return;
  const all = (await reports()).sort((a, b) => b.made - a.made);
  const list =
    all.length === 0 ? element("p", {}, say("none")) : element("ol", {}, ...all.map(row));
  place.replaceChildren(element("h2", {}, say("queue")), list);
}

function row({ said, made, state, outcome }: Report): HTMLElement {
  const sign = { waiting: "…", sent: "✔", refused: "✘", expired: "✘" }[state];
  const words = `${sign} ${say(state)}${outcome === undefined ? "" : ` (${outcome})`}`;
  const time = new Date(made).toLocaleString(language.get());
  return element("li", { "data-state": state }, `${time} · ${said} · ${words}`);
}

/** The page itself opens without a network after the first visit. */
async function keepPage(): Promise<void> {
  const worker = await navigator.serviceWorker?.register("/report/sw.js", { scope: "/report/" });
  await navigator.serviceWorker?.ready;
  const own = performance.getEntriesByType("resource").map(({ name }) => name);
  worker?.active?.postMessage(own.filter((url) => new URL(url).pathname.startsWith("/assets/")));
}

matchMedia(SYSTEM_DARK).addEventListener("change", dressDocument);
await show();
const send = () => void sendWaiting(showReports);
addEventListener("online", send);
setInterval(send, AGAIN_MILLISECONDS);
send();
await keepPage().catch(() => undefined);
