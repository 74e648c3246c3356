import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Answer, Call } from "../api/calls.ts";
import { curlOf } from "../api/curl.ts";
import { CopyButton } from "./copy-button.tsx";
import { StateMark } from "./state-mark.tsx";

/** The calls that a step made and their answers, the newest one open. */
export function CallPanel({
  calls,
  made,
}: {
  readonly calls: readonly Call[];
  readonly made: number;
}): ReactNode {
  const { t } = useTranslation("ui");
  const newestFirst = calls.toReversed();
  return (
    <section className="calls" aria-labelledby="calls-title">
      <h2 id="calls-title">{t("calls.title")}</h2>
      <p className="quiet">{made === 0 ? t("calls.none") : t("calls.note", { count: made })}</p>
      {newestFirst.map((call, place) => (
        <CallItem key={call.id} call={call} open={place === 0} />
      ))}
      {made > calls.length && (
        <p className="quiet">{t("calls.older", { count: made - calls.length })}</p>
      )}
    </section>
  );
}

function CallItem({ call, open }: { readonly call: Call; readonly open: boolean }): ReactNode {
  const { t } = useTranslation("ui");
  const { shown, whole } = curlOf(call);
  const { pathname, search } = new URL(call.url);
  return (
    <details className="call" open={open}>
      <summary>
        <code className="call-method">{call.method}</code>
        <code className="call-path">{pathname + search}</code>
        <CallState call={call} />
      </summary>
      <div className="block">
        <div className="block-head">
          <span>curl</span>
          <CopyButton worded text={whole} what={`curl ${call.method} ${pathname}`} />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <pre tabIndex={0}>{shown}</pre>
      </div>
      {call.answer !== undefined && <AnswerBlock answer={call.answer} />}
      {call.failure !== undefined && <p>{t("calls.noAnswer")}</p>}
    </details>
  );
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
