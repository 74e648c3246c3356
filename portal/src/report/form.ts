import { type Code, type PlateState, plateSaid, type Said, saidFromJson } from "cityid/sdk";
import { h } from "../plain/dom.ts";
import { say } from "../plain/text.ts";
import { pictureOf } from "./picture.ts";
import type { Reported } from "./sign.ts";
import { WORDS, type Word } from "./words.ts";

/** What the page was opened for: the code on the plate, and which plate of it. */
export type Subject = {
  readonly code: string;
  /** `cti` of the seal that was scanned. */
  readonly seal?: Uint8Array;
  /** Whether it has plates: a dataset has none. */
  readonly hasPlates: boolean;
};

const PLATE_STATES = ["installed", "moved", "replaced", "missing"] as const;

/** The form, with what it can say of its subject. `send` gets it in order; what is not, the person is told of. */
export function reportForm(
  subject: Subject,
  send: (reported: Reported) => Promise<void>,
  tell: (word: Word | undefined) => void,
): HTMLFormElement {
  const submit = h("button", { type: "submit", id: "send", class: "primary" }, say(WORDS.send));
  const matter = matterFields();
  const plate = plateFields();
  const form = h("form", {}, subject.hasPlates && whatFields(subject), matter, plate, submit);
  const what = () => String(new FormData(form).get("what") ?? "matter");
  const show = () => {
    const isMatter = what() === "matter";
    // What is disabled is neither seen nor sent.
    [matter.hidden, matter.disabled] = [!isMatter, !isMatter];
    [plate.hidden, plate.disabled] = [isMatter, isMatter];
  };
  form.addEventListener("change", show);
  show();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      const reported = await read(subject, what(), new FormData(form));
      if (typeof reported === "string") return tell(reported);
      tell(undefined);
      await send(reported);
      form.reset();
      show();
    } catch (cause) {
      console.warn(cause);
      tell("notKept");
    } finally {
      submit.disabled = false;
    }
  });
  return form;
}

function whatFields({ seal }: Subject): HTMLElement {
  const choice = (value: "matter" | PlateState) => {
    const disabled = seal === undefined && value !== "matter" && value !== "missing";
    const input = h("input", { type: "radio", name: "what", value, disabled });
    input.defaultChecked = value === "matter";
    return h("label", { class: "tick" }, input, say(WORDS[value]));
  };
  const scan = h("a", { href: "/verify" }, say(WORDS.scan));
  return h(
    "fieldset",
    {},
    h("legend", {}, say(WORDS.what)),
    ...["matter" as const, ...PLATE_STATES].map(choice),
    seal === undefined && h("p", { class: "quiet" }, say(WORDS.unscanned), " ", scan),
  );
}

function matterFields(): HTMLFieldSetElement {
  const number = h("input", { name: "number", type: "number", step: "any" });
  return h(
    "fieldset",
    {},
    field("text", h("textarea", { name: "text", rows: "3", maxlength: "4000" })),
    field("number", number),
    field("photo", photoInput()),
    h(
      "label",
      { class: "tick" },
      h("input", { type: "checkbox", name: "place" }),
      say(WORDS.place),
    ),
  );
}

function plateFields(): HTMLFieldSetElement {
  return h(
    "fieldset",
    {},
    field("photoNeeded", photoInput()),
    field("text", h("textarea", { name: "text", rows: "2", maxlength: "4000" })),
    h("p", { class: "quiet" }, say(WORDS.placeNeeded)),
  );
}

function field(word: Word, input: HTMLElement): HTMLElement {
  return h("label", {}, say(WORDS[word]), input);
}

function photoInput(): HTMLElement {
  return h("input", { name: "photo", type: "file", accept: "image/*", capture: "environment" });
}

/** @returns what is reported, else what the person is to be told */
async function read(subject: Subject, what: string, fields: FormData): Promise<Reported | Word> {
  const file = fields.get("photo");
  const isGiven = file instanceof File && file.size > 0;
  const photo = isGiven ? await pictureOf(file) : undefined;
  if (isGiven && photo === undefined) return "picture";
  const note = String(fields.get("text") ?? "").trim();
  const state = PLATE_STATES.find((each) => each === what);
  return state === undefined
    ? readMatter(subject, fields, note, photo)
    : readPlate(subject, state, note, photo);
}

async function readMatter(
  { code, seal }: Subject,
  fields: FormData,
  note: string,
  photo: Uint8Array | undefined,
): Promise<Reported | Word> {
  const number = String(fields.get("number") ?? "").trim();
  if (note === "" && number === "" && photo === undefined) return "empty";
  const isPlaced = fields.get("place") === "on";
  const place = isPlaced ? await whereAmI() : undefined;
  if (isPlaced && place === undefined) return "noPlace";
  const plain = saidFromJson({
    id: code,
    time: new Date().toISOString(),
    type: "Report",
    ...(note !== "" && { note }),
    ...(number !== "" && { number: Number(number) }),
    ...(place !== undefined && { place }),
  });
  const said: Said = { ...plain, ...(seal !== undefined && { seal }) };
  return { said, words: inWords(note, number, photo), ...(photo !== undefined && { photo }) };
}

async function readPlate(
  { code: text, seal }: Subject,
  state: PlateState,
  note: string,
  photo: Uint8Array | undefined,
): Promise<Reported | Word> {
  const code = text as Code;
  const words = inWords(say(WORDS[state]), note, photo);
  const evidence = { timeMilliseconds: Date.now(), ...(note !== "" && { note }) };
  if (state === "missing") {
    const said = plateSaid({ code, state, ...(seal !== undefined && { seal }) }, evidence);
    return { said, words, ...(photo !== undefined && { photo }) };
  }
  if (seal === undefined) return "unscanned";
  if (photo === undefined) return "noPhoto";
  const place = await whereAmI();
  if (place === undefined) return "noPlateHere";
  return { said: plateSaid({ code, state, seal, place }, evidence), words, photo };
}

function inWords(first: string, second: string, photo: Uint8Array | undefined): string {
  return [first, second, photo && "📷"].filter(Boolean).join(" · ");
}

const DEGREE = 1e7;

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
