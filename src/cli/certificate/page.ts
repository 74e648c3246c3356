import {
  A4_MM,
  type Attachment,
  type Canvas,
  createPaper,
  type Line,
  type Paper,
  type Paragraph,
  POINTS_PER_MM,
  qrBoxes,
  setCut,
  setLine,
  setParagraph,
  type TextStyle,
} from "../../paper/index.ts";
import { printedCode } from "../code-argument.ts";
import { nameIn } from "../name-in.ts";
import type { Language, Text } from "../text.ts";
import type { Facts } from "./facts.ts";
import { AMBER, BLACK, GREEN, GREY, INK, type Ink, LINE, RED } from "./ink.ts";
import { drawStatusMark } from "./status-mark.ts";
import {
  type HistoryRow,
  historyRows,
  proofRows,
  type Row,
  recordRows,
  STATUS_WORDS,
} from "./words.ts";

// The page, from top to bottom; what hangs on its foot is measured first, and the history takes what is left between.

export type DrawnCertificate = {
  readonly pdf: Uint8Array;
  /** Characters that no font of ours has: they stand on the page as their number. */
  readonly noted: ReadonlySet<string>;
};

const [LEFT, RIGHT, TOP, BOTTOM] = [20, 190, 18, 283] as const;
const WIDTH = RIGHT - LEFT;
const LABEL_WIDTH = 38;
const QR_SIDE = 36;
/** Between two base lines, in parts of the size of the text. */
const LEADING = 1.45;

const TITLE: Text = { en: "Certificate of an identity record", zh: "标识记录证明" };
const TITLE_OF_NONE: Text = { en: "Certificate that there is no record", zh: "无标识记录证明" };

const CHECK: Text = {
  zh: "本页文字本身不是证据：证据是附在此 PDF 中的证明文件，打印件无法核验。按您自己的信任策略离线核验，并查看证明的内容：",
  en: "The words on this page are no evidence by themselves: the proof attached to this PDF is. To check it off line, by your own trust policy, and to see what the proof says:",
};

const SCAN: Text = { zh: "扫码查看现时的记录", en: "Scan for the record as it is now" };

const NOTED: Text = {
  zh: "方框中的 U+ 编号代表本机字体没有的字符。",
  en: "A framed U+ number stands for a character that the fonts lack.",
};

export function drawCertificate(
  facts: Facts,
  proof: Attachment,
  language: Language,
): DrawnCertificate {
  const other: Language = language === "zh" ? "en" : "zh";
  const paper = createPaper({
    title: `${titleOf(facts)[language]} ${printedCode(facts.code)}`,
    language: language === "zh" ? "zh-CN" : "en",
    timeMilliseconds: facts.timeMilliseconds,
    attachments: [proof],
  });
  const sheet = new Sheet(paper, [language, other]);
  const tableTop = sheet.head(facts);
  const foot = sheet.foot(proofRows(facts), BOTTOM);
  const historyTop = sheet.rows(recordRows(facts, language).slice(2), tableTop);
  sheet.history(facts, historyTop, foot);
  if (sheet.noted.size > 0) sheet.explainNumbers();
  return { pdf: paper.finish(), noted: sheet.noted };
}

class Sheet {
  readonly noted = new Set<string>();
  readonly #paper: Paper;
  readonly #canvas: Canvas;
  readonly #languages: readonly [Language, Language];

  constructor(paper: Paper, languages: readonly [Language, Language]) {
    this.#paper = paper;
    this.#canvas = paper.addPage(A4_MM);
    this.#languages = languages;
  }

  /** Title, symbol, name, code and status. @returns where it ends */
  head(facts: Facts): number {
    const [language, other] = this.#languages;
    const room = WIDTH - QR_SIDE - 8;
    this.#line(LEFT, TOP + 2, "城市标识账本  City identity ledger", this.#style(8), GREY);
    let y = TOP + 13;
    this.#line(LEFT, y, titleOf(facts)[language], this.#style(20, "bold"), BLACK);
    this.#line(LEFT, y + 6, titleOf(facts)[other], this.#style(9.5), GREY);
    this.#symbol(facts);
    y += 19;
    const name = nameIn(facts.record?.names, language);
    if (name !== undefined) {
      const style = this.#style(17, "bold");
      y = this.#paragraph(LEFT, y, setParagraph(name, style, room * POINTS_PER_MM, 2), style, INK);
    }
    const second = nameIn(facts.record?.names, other);
    if (second !== undefined && second !== name) {
      const style = this.#style(10.5);
      const lines = setParagraph(second, style, room * POINTS_PER_MM, 1);
      y = this.#paragraph(LEFT, y - 2, lines, style, GREY);
    }
    y = this.#code(facts, Math.max(y + 3, TOP + QR_SIDE + 12), WIDTH);
    return this.#status(facts, y + 4) + 5;
  }

  #symbol({ address, code }: Facts): void {
    const [x, y] = [RIGHT - QR_SIDE, TOP];
    const text = (address ?? code).toUpperCase();
    this.#canvas.boxes(qrBoxes(text, { x, y, side: QR_SIDE, level: "medium" }), BLACK);
    for (const [i, language] of this.#languages.entries()) {
      const line = setLine(SCAN[language], this.#style(SMALL));
      const end = RIGHT - QR_SIDE / 2 + line.width / POINTS_PER_MM / 2;
      this.#canvas.text({ x: end, y: y + QR_SIDE + i * 3.2 }, line, GREY, "right");
    }
  }

  /** The whole code in one line, however long; the check character lighter, as it is no part of it. */
  #code({ code }: Facts, y: number, room: number): number {
    const printed = printedCode(code);
    const wanted = setLine(printed, this.#monoStyle(15));
    const size = Math.min(15, (15 * room * POINTS_PER_MM) / wanted.width);
    const own = this.#line(LEFT, y, code, this.#monoStyle(size), INK);
    const check = printed.slice(code.length);
    this.#line(LEFT + own.width / POINTS_PER_MM, y, check, this.#monoStyle(size), GREY);
    return y + 5;
  }

  /** Sign, word and colour: none of the three alone. */
  #status({ record, status }: Facts, y: number): number {
    const [language, other] = this.#languages;
    const kind = record === undefined ? "absent" : status?.status;
    const ink = kind === undefined ? GREY : STATUS_INKS[kind];
    drawStatusMark(this.#canvas, kind, { x: LEFT, y: y - 3.6 }, 4, ink);
    const words =
      kind === undefined ? { zh: "状态未证明", en: "status not proved" } : STATUS_WORDS[kind];
    const word = this.#line(LEFT + 6, y, words[language], this.#style(12, "bold"), ink);
    const x = LEFT + 8 + word.width / POINTS_PER_MM;
    this.#line(x, y, words[other], this.#style(9), ink);
    return y + 2;
  }

  /** A table of labels and values. @returns where it ends */
  rows(rows: readonly Row[], top: number): number {
    this.#rule(top);
    let y = top + 6;
    for (const row of rows) y = this.#row(row, y, { size: 9.5, maxLines: 3 }) + 1.6;
    return y;
  }

  #row({ label, ...value }: Row, y: number, { size, maxLines }: RowLook): number {
    const [language, other] = this.#languages;
    const first = this.#line(LEFT, y, label[language], this.#style(size - 1), INK);
    const x = LEFT + first.width / POINTS_PER_MM + 1.5;
    this.#line(x, y, label[other], this.#style(SMALL), GREY);
    const lines = this.#value(value, { size, maxLines });
    for (const [i, line] of lines.entries()) {
      this.#draw(LEFT + LABEL_WIDTH, y + i * stepOf(size), line, INK);
    }
    return y + lines.length * stepOf(size);
  }

  /** The changes between the record and the foot: all, or the first and the latest. */
  history(facts: Facts, top: number, bottom: number): void {
    this.#rule(top);
    let y = top + 6.5;
    this.#heading({ zh: "历史", en: "History" }, y);
    if (facts.changes !== undefined) this.#columns(y);
    y += 6.5;
    const rows = historyRows(facts, this.#languages[0]);
    const room = Math.max(2, Math.floor((bottom - 2 - y) / HISTORY_STEP));
    if (facts.changes === undefined) {
      this.#remark(facts.record === undefined ? NOTHING_HAPPENED : NO_HISTORY, y);
      return;
    }
    const isWhole = rows.length + facts.gaps.length <= room;
    const latest = Math.max(1, room - 2 - Math.min(1, facts.gaps.length));
    for (const row of isWhole ? rows : rows.slice(0, 1)) y = this.#change(row, y);
    if (!isWhole) {
      const left = rows.length - 1 - latest;
      this.#remark(
        { zh: `……另有 ${left} 项，见所附证明`, en: `${left} more in the attached proof` },
        y,
      );
      y += HISTORY_STEP;
      for (const row of rows.slice(-latest)) y = this.#change(row, y);
    }
    if (facts.gaps.length > 0) this.#remark(GAPS, y);
  }

  #columns(y: number): void {
    const [language, other] = this.#languages;
    const heads = [
      [WHAT_AT, { zh: "事项", en: "what" }],
      [WHO_AT, { zh: "签署", en: "signed by" }],
    ] as const;
    for (const [x, text] of heads) {
      this.#line(LEFT + x, y, `${text[language]} ${text[other]}`, this.#style(SMALL), GREY);
    }
  }

  #change([when, what, who]: HistoryRow, y: number): number {
    const style = this.#style(8.5);
    this.#line(LEFT, y, when, style, INK);
    this.#cut(LEFT + WHAT_AT, y, what, style, WHO_AT - WHAT_AT - 3);
    this.#cut(LEFT + WHO_AT, y, who, style, WIDTH - WHO_AT);
    return y + HISTORY_STEP;
  }

  /** From the foot upwards: how to check it, and what the proof hangs on. @returns where it begins */
  foot(rows: readonly Row[], bottom: number): number {
    const style = this.#style(8);
    const texts = this.#languages.map((language) =>
      setParagraph(CHECK[language], style, WIDTH * POINTS_PER_MM, 3),
    );
    const look = { size: 8, maxLines: 2 };
    const textLines = texts.flatMap(({ lines }) => lines).length;
    const height = this.#measure(rows, look) + (textLines + 1) * stepOf(8) + 27;
    const top = bottom - height;
    this.#rule(top);
    this.#heading({ zh: "所附证明", en: "The attached proof" }, top + 6.5);
    let y = top + 13;
    for (const row of rows) y = this.#row(row, y, look) + FOOT_GAP;
    this.#rule(y - 1);
    this.#heading({ zh: "核验", en: "How to check it" }, y + 5.5);
    y += 11.5;
    for (const text of texts) y = this.#paragraph(LEFT, y, text, style, INK);
    this.#line(LEFT, y + 1, "cityid verify FILE.pdf --policy POLICY", this.#monoStyle(9), INK);
    return top;
  }

  /** Below everything else. */
  explainNumbers(): void {
    const text = this.#languages.map((language) => NOTED[language]).join("  ");
    this.#line(LEFT, BOTTOM + 6, text, this.#style(SMALL), GREY);
  }

  #value({ value, isTechnical }: Omit<Row, "label">, { size, maxLines }: RowLook): readonly Line[] {
    const style = isTechnical ? this.#monoStyle(size - 0.5) : this.#style(size);
    return setParagraph(value, style, (WIDTH - LABEL_WIDTH) * POINTS_PER_MM, maxLines).lines;
  }

  /** How high rows will be, without drawing them. */
  #measure(rows: readonly Row[], look: RowLook): number {
    return rows.reduce(
      (sum, row) => sum + this.#value(row, look).length * stepOf(look.size) + FOOT_GAP,
      0,
    );
  }

  #heading(text: Text, y: number): void {
    const [language, other] = this.#languages;
    const first = this.#line(LEFT, y, text[language], this.#style(11, "bold"), INK);
    const x = LEFT + first.width / POINTS_PER_MM + 2;
    this.#line(x, y, text[other], this.#style(8), GREY);
  }

  #remark(text: Text, y: number): void {
    const [language, other] = this.#languages;
    this.#line(LEFT, y, `${text[language]}  ${text[other]}`, this.#style(8), GREY);
  }

  #line(x: number, y: number, text: string, style: TextStyle, ink: Ink): Line {
    const line = setLine(text, style);
    this.#draw(x, y, line, ink);
    return line;
  }

  #cut(x: number, y: number, text: string, style: TextStyle, room: number): void {
    for (const line of setCut(text, style, room * POINTS_PER_MM).lines) this.#draw(x, y, line, INK);
  }

  /** @returns the base line of what comes next */
  #paragraph(x: number, y: number, { lines }: Paragraph, style: TextStyle, ink: Ink): number {
    for (const [i, line] of lines.entries()) this.#draw(x, y + i * stepOf(style.size), line, ink);
    return y + lines.length * stepOf(style.size);
  }

  #draw(x: number, y: number, line: Line, ink: Ink): void {
    for (const char of line.noted) this.noted.add(char);
    this.#canvas.text({ x, y }, line, ink);
  }

  #rule(y: number): void {
    this.#canvas.line({ x: LEFT, y }, { x: RIGHT, y }, LINE, 0.2);
  }

  #style(size: number, weight: "regular" | "bold" = "regular"): TextStyle {
    const { [weight]: first, mono } = this.#paper.faces;
    return { faces: [first, mono], notation: mono, size };
  }

  #monoStyle(size: number): TextStyle {
    const { mono, regular } = this.#paper.faces;
    return { faces: [mono, regular], notation: mono, size };
  }
}

function titleOf({ record }: Facts): Text {
  return record === undefined ? TITLE_OF_NONE : TITLE;
}

type RowLook = { readonly size: number; readonly maxLines: number };

const STATUS_INKS = {
  active: GREEN,
  suspended: AMBER,
  retired: GREY,
  void: RED,
  absent: GREY,
} as const;

const SMALL = 6.5;
const FOOT_GAP = 0.5;
const HISTORY_STEP = 5.2;
const [WHAT_AT, WHO_AT] = [50, 116] as const;

const NO_HISTORY: Text = {
  zh: "此证明不含历史。",
  en: "This proof brings no history.",
};

const NOTHING_HAPPENED: Text = {
  zh: "无：截至证明时点从未签发。",
  en: "None: it was never issued, as of this time.",
};

const GAPS: Text = {
  zh: "承继之前的控制权变更可能有遗漏。",
  en: "A change of control before a succession could be missing.",
};

/** Millimetres from one base line to the next. */
function stepOf(size: number): number {
  return (size * LEADING) / POINTS_PER_MM;
}
