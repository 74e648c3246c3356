import { type Command, Option } from "commander";
import type { Dataset, DictionaryField } from "../../core/index.ts";
import type { Cli } from "../cli.ts";
import { CliProblem } from "../problem.ts";
import type { Text } from "../text.ts";
import { collect } from "../usage.ts";

/** What a dataset says of itself, as it is given on the command line. */
export type TermOptions = {
  readonly title?: readonly string[];
  readonly licence?: string;
  readonly contact?: string;
  readonly theme?: readonly string[];
  readonly rhythm?: string;
  readonly terms?: string;
  readonly field?: readonly string[];
  readonly strict?: boolean;
};

type Terms = Omit<Dataset, "op" | "code" | "prev" | "log">;

/** Adds the options; those that a dataset cannot be made without are asked for where it is made. */
export function addTermOptions(command: Command, say: Cli["say"], isNew: boolean): Command {
  const add = (flags: string, text: Text, { isNeeded = false, isList = false } = {}): void => {
    const option = new Option(flags, say(text));
    if (isList) option.argParser(collect);
    command.addOption(isNeeded && isNew ? option.makeOptionMandatory() : option);
  };
  const title = { en: "title; Chinese unless a language is given", zh: "标题；默认中文" };
  add("--title <[lang=]text>", title, { isNeeded: true, isList: true });
  add("--theme <word>", { en: "theme", zh: "主题" }, { isList: true });
  const field = {
    en: "a field of its dictionary: number, integer, boolean, text or time",
    zh: "字典中的字段：number、integer、boolean、text 或 time",
  };
  add("--field <name:type[:unit]>", field, { isList: true });
  add("--strict", {
    en: "takes only what the types of things and the dictionary have",
    zh: "只收事物类型和字典中规定的内容",
  });
  if (!isNew) add("--no-strict", { en: "takes whatever is said", zh: "不限内容" });
  add("--licence <text>", { en: "licence", zh: "许可" }, { isNeeded: true });
  add("--contact <text>", { en: "where to ask: an office", zh: "联系部门" }, { isNeeded: true });
  add("--rhythm <text>", { en: "how often: PT1H", zh: "更新频率，如 PT1H" });
  add("--terms <text>", { en: "terms of use", zh: "使用条款" });
  return command;
}

/** What was given, in the place of what was said before. */
export function termsOf(given: TermOptions, before?: Terms): Terms {
  const { licence = before?.licence ?? "", contact = before?.contact ?? "" } = given;
  const title = given.title ? Object.fromEntries(given.title.map(splitTitle)) : before?.title;
  const themes = given.theme ?? before?.themes;
  const dictionary = given.field?.map(readField) ?? before?.dictionary;
  const strict = given.strict ?? before?.strict;
  const rhythm = given.rhythm ?? before?.rhythm;
  const terms = given.terms ?? before?.terms;
  return {
    ...{ title: title ?? {}, licence, contact },
    ...(themes && { themes }),
    ...(dictionary && { dictionary }),
    ...(strict && { strict }),
    ...(before?.extent && { extent: before.extent }),
    ...(rhythm && { rhythm }),
    ...(terms && { terms }),
  };
}

/** `zh=空气质量`, or the Chinese title alone. */
export function splitTitle(text: string): [string, string] {
  const [, language, title] = /^([a-z]{2,3})=(.+)$/su.exec(text) ?? [];
  return language === undefined || title === undefined ? ["zh", text] : [language, title];
}

const FIELD =
  /^(?<name>[A-Za-z][A-Za-z0-9_.-]{0,63}):(?<type>[A-Za-z][\w-]{0,63})(?::(?<unit>.+))?$/su;

function readField(text: string): DictionaryField {
  const { name, type, unit } = FIELD.exec(text)?.groups ?? {};
  if (name === undefined || type === undefined) {
    const want = { en: "name:type, or name:type:unit", zh: "名称:类型，或 名称:类型:单位" };
    throw new CliProblem("CLI_ARGUMENT", {
      name: "field",
      got: text,
      want,
      example: "pm25:number:µg/m³",
    });
  }
  return { name, type, ...(unit && { unit }) };
}
