import { Button, Input } from "antd";
import { type ReactNode, useId } from "react";

type Props = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly action: string;
  readonly busy: boolean;
  readonly onAsk: () => void;
  /** What is wrong with the value, beside it. */
  readonly problem?: ReactNode;
  readonly hint?: ReactNode;
  /** The value is a code or a number: monospaced, not corrected. */
  readonly verbatim?: boolean;
  readonly type?: "search" | "text";
  /** Further fields, between this one and the button's row. */
  readonly children?: ReactNode;
};

/** One question a page: a field, a button, and what is wrong with the answer beside it. */
export function AskForm(props: Props): ReactNode {
  const id = useId();
  const { label, value, onChange, action, busy, onAsk, problem, hint, verbatim, type, children } =
    props;
  const described =
    problem !== undefined ? `${id}-problem` : hint !== undefined ? `${id}-hint` : undefined;
  return (
    <form
      className="ask"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk();
      }}
    >
      <label htmlFor={id}>{label}</label>
      <div className="ask-row">
        <Input
          id={id}
          type={type ?? "text"}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          autoComplete="off"
          spellCheck={!verbatim}
          {...(verbatim && { className: "verbatim", autoCapitalize: "characters" })}
          {...(described !== undefined && { "aria-describedby": described })}
          {...(problem !== undefined && { status: "error" as const, "aria-invalid": true })}
        />
        {children}
        <Button type="primary" htmlType="submit" loading={busy}>
          {action}
        </Button>
      </div>
      {hint !== undefined && (
        <p className="quiet small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem !== undefined && (
        <div className="problem" id={`${id}-problem`} role="alert">
          {problem}
        </div>
      )}
    </form>
  );
}
