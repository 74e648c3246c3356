import { button, h, icon } from "../../plain/dom.ts";
import { spoken } from "../../plain/spoken.ts";
import { type Text, text } from "../../plain/text.ts";
import { type CameraAbsence, openCamera } from "../scan/camera.ts";
import type { LargeReader } from "../scan/large-reader.ts";
import { type PictureReading, readPicture } from "../scan/picture.ts";

export type ScanActions = {
  readonly read: (text: string) => void;
  /** Begins anew, with the camera. */
  readonly restart: () => void;
};

/** A screen that may hold a camera, which must be let go of when it is left. */
export type Screen = { readonly element: HTMLElement; readonly leave: () => void };

const TITLE = text("核验铭牌", "Check a plate");
const WHY = text(
  "请允许使用相机：用它读铭牌上的二维码。画面只在这台设备上识别，不会上传。",
  "Please allow the camera: it reads the symbol on the plate. What it sees stays on this device.",
);
const LOOKING = text(
  "请对准铭牌上的二维码。画面不会离开这台设备。",
  "Point it at the symbol on the plate. What it sees stays on this device.",
);
const ABSENT: Readonly<Record<CameraAbsence, Text>> = {
  none: text(
    "这里用不了相机（有些应用内的网页不允许）。请拍一张照片选进来，或者输入编码。",
    "There is no camera here; pages inside some apps have none. Choose a picture of the plate, or type.",
  ),
  refused: text(
    "没有允许使用相机。可以在浏览器设置里改，或者选一张照片、输入编码。",
    "The camera was not allowed. Allow it in the browser's settings, choose a picture, or type.",
  ),
  busy: text(
    "相机正被别的程序使用。请选一张照片，或者输入编码。",
    "Another program uses the camera. Choose a picture, or type.",
  ),
};
const STOPPED = text("相机停了。", "The camera has stopped.");
const REOPEN = text("重新打开", "Open it again");
const PICTURE = text("选一张照片", "Choose a picture");
const PICTURE_READING = text("正在识别照片…", "Reading the picture…");
const TYPED = text(
  "或者输入编码、粘贴二维码的全部内容",
  "Or type the code, or paste all that the symbol holds",
);
const EXAMPLE = text("例如 MA.156.1301.02/LAMP/000123", "For example MA.156.1301.02/LAMP/000123");
const CHECK = text("核验", "Check");
const EMPTY = text(
  "请先输入编码，例如 MA.156.1301.02/LAMP/000123。",
  "Type a code first, such as MA.156.1301.02/LAMP/000123.",
);
const PROBLEMS: Readonly<Record<Exclude<PictureReading, { text: string }>["why"], Text>> = {
  "no-picture": text(
    "这不是能读的图片。请选 JPEG、PNG、WebP 或 GIF。",
    "This is no picture that can be read. Choose a JPEG, PNG, WebP or GIF.",
  ),
  "too-large": text(
    "图片有 {megapixels} 百万像素，太大了。请选 64 百万像素以内的，或者裁剪一下。",
    "The picture has {megapixels} megapixels, which is too large. Choose one of at most 64, or cut it.",
  ),
  "no-symbol": text(
    "照片里没有认出二维码。请靠近一些、正对着、避开反光再拍一张。",
    "No symbol was found in the picture. Take another, closer, straight on and without glare.",
  ),
};

/** Camera at once; beside it a picture from disk, and typing. */
export function scanView({ read, restart }: ScanActions, readLarge: LargeReader): Screen {
  let left = false;
  let stop = () => {};
  const stage = h("div", { class: "stage" }, spoken(h("p", { class: "note" }), WHY));
  const status = h("p", { role: "status", class: "note" });
  const done = (found: string) => {
    if (left) return;
    read(found);
  };
  const ended = () => {
    if (left) return;
    status.replaceChildren(spoken(h("span"), STOPPED), " ", spoken(button("", restart), REOPEN));
  };
  void openCamera(done, ended, readLarge).then((camera) => {
    if (typeof camera === "string") {
      stage.classList.add("empty");
      status.replaceChildren(icon("unknown"), " ", spoken(h("span"), ABSENT[camera]));
      return;
    }
    if (left) return camera.stop();
    stop = camera.stop;
    camera.video.setAttribute("aria-hidden", "true");
    stage.replaceChildren(h("div", { class: "finder" }, camera.video));
    status.replaceChildren(spoken(h("span"), LOOKING));
  });
  const element = h(
    "section",
    { class: "scan" },
    spoken(h("h1", { tabindex: "-1" }), TITLE),
    stage,
    status,
    h("div", { class: "beside" }, pictureField(done, readLarge), typedField(done)),
  );
  const leave = () => {
    left = true;
    stop();
  };
  return { element, leave };
}

function pictureField(done: (text: string) => void, readLarge: LargeReader): HTMLElement {
  const problem = h("p", { role: "alert", class: "problem" });
  const input = h("input", {
    type: "file",
    accept: "image/*",
    id: "picture",
    class: "visually-hidden",
  });
  const label = spoken(h("label", { for: "picture", class: "button" }), PICTURE);
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file === undefined) return;
    spoken(problem, PICTURE_READING);
    void readPicture(file, readLarge).then((reading) => {
      // The same file may be chosen again, once it is mended.
      input.value = "";
      if ("text" in reading) return done(reading.text);
      const facts = "megapixels" in reading ? { megapixels: reading.megapixels } : {};
      spoken(problem, PROBLEMS[reading.why], facts);
    });
  });
  return h("div", { class: "field" }, input, label, problem);
}

function typedField(done: (text: string) => void): HTMLElement {
  const input = h("textarea", {
    id: "typed",
    rows: "2",
    spellcheck: "false",
    autocapitalize: "characters",
    autocomplete: "off",
    "aria-describedby": "typed-example typed-problem",
  });
  const problem = h("p", { id: "typed-problem", role: "alert", class: "problem" });
  const form = h(
    "form",
    { class: "field" },
    spoken(h("label", { for: "typed" }), TYPED),
    spoken(h("p", { id: "typed-example", class: "quiet note" }), EXAMPLE),
    input,
    problem,
    spoken(h("button", { type: "submit" }), CHECK),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim() === "") {
      spoken(problem, EMPTY);
      input.focus();
      return;
    }
    done(input.value);
  });
  // One line is sent by Enter, as in any field; what is pasted has no line breaks that matter.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  return form;
}
