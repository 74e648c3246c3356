import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Answer, Call } from "../api/calls.ts";
import { curlOf } from "../api/curl.ts";
import { CopyButton } from "./copy-button.tsx";
import { StateMark } from "./state-mark.tsx";

type Props = {
  readonly calls: readonly Call[];
  /** With those that are no longer kept. */
  readonly made: number;
  /** The newest call that matches stands open. Tested on "METHOD /path?query". */
  readonly opens: RegExp;
};

/** Calls beyond these are folded away. */
const SHOWN_CALLS = 6;

/** The calls that a step made and their answers, newest first. */
export function CallPanel({ calls, made, opens }: Props): ReactNode {
  const { t } = useTranslation("ui");
  const newestFirst = calls.toReversed();
  const open = newestFirst.find((call) => opens.test(`${call.method} ${pathOf(call)}`));
  const first = newestFirst.filter((call, place) => place < SHOWN_CALLS || call === open);
  const rest = newestFirst.filter((call) => !first.includes(call));
  return (
    <section className="calls" aria-labelledby="calls-title">
      <h2 id="calls-title">{t("calls.title")}</h2>
      <p className="quiet">
        {made === 0 ? t("calls.none") : t("calls.note", { count: made })}
        {calls.some((call) => pathOf(call).startsWith("/demo")) && ` ${t("calls.demo")}`}
      </p>
      {first.map((call) => (
        <CallItem key={call.id} call={call} open={call === open} />
      ))}
      {rest.length > 0 && (
        <details className="more-calls">
          <summary>{t("calls.more", { count: rest.length })}</summary>
          {rest.map((call) => (
            <CallItem key={call.id} call={call} open={false} />
          ))}
        </details>
      )}
      {made > calls.length && (
        <p className="quiet">{t("calls.older", { count: made - calls.length })}</p>
      )}
    </section>
  );
}

// A step under load adds many calls; those that stand are not drawn again.
const CallItem = memo(function CallItem({ call, open }: ItemProps): ReactNode {
  const { t } = useTranslation("ui");
  const { shown, whole } = curlOf(call);
  const path = pathOf(call);
  const signed = call.headers.some(([name]) => name === "signature");
  return (
    <details className="call" open={open}>
      <summary>
        <code className="call-method">{call.method}</code>
        <code className="call-path">{path}</code>
        <CallState call={call} />
      </summary>
      <div className="block">
        <div className="block-head">
          <span>curl</span>
          <CopyButton worded text={whole} what={`curl ${call.method} ${path}`} />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <pre tabIndex={0}>{shown}</pre>
      </div>
      {signed && <p className="quiet small">{t("calls.signed")}</p>}
      {call.answer !== undefined && <AnswerBlock answer={call.answer} />}
      {call.failure !== undefined && <p>{t("calls.noAnswer")}</p>}
    </details>
  );
});

type ItemProps = { readonly call: Call; readonly open: boolean };

function pathOf({ url }: Call): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function CallState({ call }: { readonly call: Call }): ReactNode {
  const { t } = useTranslation("ui");
  if (call.failure !== undefined) return <StateMark state="stop">{t("calls.lost")}</StateMark>;
  if (call.answer === undefined) return <span className="quiet">{t("calls.waiting")}</span>;
  const { status, milliseconds } = call.answer;
  return (
    <span className="call-status">
      {status} · {milliseconds} ms
    </span>
  );
}

function AnswerBlock({ answer }: { readonly answer: Answer }): ReactNode {
  const { t } = useTranslation("ui");
  const text = answer.text === undefined ? undefined : pretty(answer.text, answer.type);
  return (
    <div className="block">
      <div className="block-head">
        <span>
          {t("calls.answer")} {answer.status} · {answer.type.split(";")[0]} ·{" "}
          {t("calls.bytes", { count: answer.bytes })}
        </span>
        {text !== undefined && <CopyButton worded text={text} what={t("calls.answer")} />}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{text ?? t("calls.binary")}</pre>
    </div>
  );
}

function pretty(text: string, type: string): string {
  if (!type.includes("json")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
