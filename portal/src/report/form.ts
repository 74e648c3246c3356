import { type Code, type PlateState, plateSaid, type Said, saidFromJson } from "cityid/sdk";
import { h } from "../plain/dom.ts";
import { spoken } from "../plain/spoken.ts";
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
  const submit = h("button", { type: "submit", id: "send", class: "primary" });
  spoken(submit, WORDS.send);
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
    if (submit.ariaDisabled === "true") return;
    // Not disabled: it would lose the focus.
    submit.ariaDisabled = "true";
    try {
      const clear = clearLater(form);
      const reported = await read(subject, what(), new FormData(form), tell);
      if (typeof reported === "string") return tell(reported);
      await send(reported);
      clear();
      show();
    } catch (cause) {
      console.warn(cause);
      tell("notKept");
    } finally {
      submit.ariaDisabled = null;
    }
  });
  return form;
}

/** @returns what clears the form of what stands in it now; what is written from now on is of the next report, and stays */
function clearLater(form: HTMLFormElement): () => void {
  const inputs = [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("[name]")];
  const was = inputs.map(stateOf);
  return () => {
    if (inputs.every((each, i) => stateOf(each) === was[i])) return form.reset();
    for (const [i, each] of inputs.entries()) {
      const isText = each.type !== "radio" && each.type !== "checkbox";
      if (isText && stateOf(each) === was[i]) each.value = "";
    }
  };
}

function stateOf(input: HTMLInputElement | HTMLTextAreaElement): string {
  return "checked" in input ? `${input.value} ${input.checked}` : input.value;
}

function whatFields({ seal }: Subject): HTMLElement {
  const choice = (value: "matter" | PlateState) => {
    const disabled = seal === undefined && value !== "matter" && value !== "missing";
    const input = h("input", { type: "radio", name: "what", value, disabled });
    input.defaultChecked = value === "matter";
    return h("label", { class: "tick" }, input, spoken(h("span"), WORDS[value]));
  };
  const scan = spoken(h("a", { href: "/verify" }), WORDS.scan);
  return h(
    "fieldset",
    {},
    spoken(h("legend"), WORDS.what),
    ...["matter" as const, ...PLATE_STATES].map(choice),
    seal === undefined && h("p", { class: "quiet" }, spoken(h("span"), WORDS.unscanned), " ", scan),
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
      spoken(h("span"), WORDS.place),
    ),
  );
}

function plateFields(): HTMLFieldSetElement {
  return h(
    "fieldset",
    {},
    field("photoNeeded", photoInput()),
    field("text", h("textarea", { name: "text", rows: "2", maxlength: "4000" })),
    spoken(h("p", { class: "quiet" }), WORDS.placeNeeded),
  );
}

function field(word: Word, input: HTMLElement): HTMLElement {
  return h("label", {}, spoken(h("span"), WORDS[word]), input);
}

function photoInput(): HTMLElement {
  return h("input", { name: "photo", type: "file", accept: "image/*", capture: "environment" });
}

/** @returns what is reported, else what the person is to be told */
async function read(
  subject: Subject,
  what: string,
  fields: FormData,
  tell: (word: Word | undefined) => void,
): Promise<Reported | Word> {
  const file = fields.get("photo");
  const isGiven = file instanceof File && file.size > 0;
  const photo = isGiven ? await pictureOf(file) : undefined;
  if (isGiven && photo === undefined) return "picture";
  const note = String(fields.get("text") ?? "").trim();
  const state = PLATE_STATES.find((each) => each === what);
  const locate = () => {
    tell("locating");
    return whereAmI();
  };
  return state === undefined
    ? readMatter(subject, fields, note, photo, locate)
    : readPlate(subject, state, note, photo, locate);
}

async function readMatter(
  { code, seal }: Subject,
  fields: FormData,
  note: string,
  photo: Uint8Array | undefined,
  locate: typeof whereAmI,
): Promise<Reported | Word> {
  const number = String(fields.get("number") ?? "").trim();
  if (note === "" && number === "" && photo === undefined) return "empty";
  const isPlaced = fields.get("place") === "on";
  const place = isPlaced ? await locate() : undefined;
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
  locate: typeof whereAmI,
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
  const place = await locate();
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
