import { type Command, Option } from "commander";
import type { Alias, AttributeValue, Geometry, Link, Names, Statement } from "../core/index.ts";
import { parsePosition } from "./degrees.ts";
import { CliProblem } from "./problem.ts";
import type { Say, Text } from "./text.ts";
import { parseDay, today } from "./time-argument.ts";
import { collect } from "./usage.ts";

/** Options that say what a record shall hold. */
export type RecordOptions = {
  readonly name?: readonly string[];
  readonly point?: string;
  readonly attribute?: readonly string[];
  readonly stage?: string;
  readonly alias?: readonly string[];
  readonly link?: readonly string[];
  readonly validFrom?: string;
};

/** What they become in an operation; the same fields for `register` and `update`. */
export type RecordFields = {
  readonly names?: Names;
  readonly geometry?: Statement<Geometry>;
  readonly attributes?: { readonly [name: string]: Statement<AttributeValue> };
  readonly stage?: Statement<string>;
  readonly aliases?: readonly Alias[];
  readonly links?: readonly Link[];
};

export function addRecordOptions(command: Command, say: Say): Command {
  const many = (flags: string, text: Text) =>
    command.addOption(new Option(flags, say(text)).argParser(collect));
  many("--name <[lang=]text>", {
    en: "name; Chinese unless a language is given",
    zh: "名称；未注明语言时为中文",
  });
  many("--attribute <name=value>", {
    en: "attribute; true, false and whole numbers are read as such",
    zh: "属性；true、false 和整数按其类型读取",
  });
  many("--alias <scheme=value>", { en: "a number that it already has", zh: "已有编号" });
  many("--link <rel=https://…>", { en: "where the code leads", zh: "编码指向的链接" });
  return command
    .option(
      "--point <lon,lat>",
      say({ en: "place, in degrees of WGS 84 / CGCS2000", zh: "位置，WGS 84 / CGCS2000 经纬度" }),
    )
    .option("--stage <word>", say({ en: "stage of life", zh: "所处阶段" }))
    .option(
      "--valid-from <day>",
      say({
        en: "since which day of UTC it is so (today)",
        zh: "自何日起有效（UTC 日期，默认今天）",
      }),
    );
}

export function readRecordFields(options: RecordOptions, now: Date): RecordFields {
  const validFrom =
    options.validFrom === undefined ? today(now) : parseDay(options.validFrom, "--valid-from");
  const { point, stage } = options;
  const names = options.name?.map(splitName).map(([lang, value]) => [lang, { value, validFrom }]);
  const attributes = options.attribute
    ?.map((text) => splitPair(text, "--attribute", "--attribute height=8"))
    .map(([name, value]) => [name, { value: readValue(value), validFrom }]);
  return {
    ...(names === undefined ? {} : { names: Object.fromEntries(names) }),
    ...(attributes === undefined ? {} : { attributes: Object.fromEntries(attributes) }),
    ...(point === undefined ? {} : { geometry: { value: { point: readPoint(point) }, validFrom } }),
    ...(stage === undefined ? {} : { stage: { value: stage, validFrom } }),
    ...(options.alias === undefined ? {} : { aliases: readAliases(options.alias, "--alias") }),
    ...(options.link === undefined ? {} : { links: options.link.map(readLink) }),
  };
}

/** `zh=石家庄市`, or the Chinese name alone. A text that has `=` inside but no language before it is a name. */
function splitName(text: string): [string, string] {
  const match = /^([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)=(.*)$/su.exec(text);
  return match === null ? ["zh", text] : [match[1] ?? "", match[2] ?? ""];
}

function splitPair(text: string, name: string, example: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  const want = { en: "a name and a value with = between", zh: "以 = 连接的名称和值" };
  throw new CliProblem("CLI_ARGUMENT", { name, got: text, want, example });
}

/** What a record takes as a value: nothing is a float there. */
export function readValue(text: string): AttributeValue {
  if (text === "true" || text === "false") return text === "true";
  const number = /^(0|-?[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : text;
}

function readPoint(text: string): readonly [number, number] {
  const [longitude = "", latitude = "", ...rest] = text.split(",");
  const position = rest.length === 0 ? parsePosition(longitude, latitude) : undefined;
  if (position !== undefined) return position;
  const want = { en: "longitude and latitude", zh: "经度和纬度" };
  const example = "--point 114.5149,38.0423";
  throw new CliProblem("CLI_ARGUMENT", { name: "--point", got: text, want, example });
}

export function readAliases(texts: readonly string[], name: string): Alias[] {
  return texts.map((text) => {
    const [scheme, value] = splitPair(text, name, `${name} asset-no=ZS-0427`);
    return { scheme, value };
  });
}

function readLink(text: string): Link {
  const [rel, href] = splitPair(text, "--link", "--link default=https://example.org/lamp");
  return { rel, href };
}
