import { Input } from "antd";
import { type ReactNode, useId } from "react";

type Props = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
};

/** One line of text with its label above and what becomes of it below. */
export function TextField({ label, value, onChange, hint }: Props): ReactNode {
  const id = useId();
  return (
    <div className="ask">
      <label htmlFor={id}>{label}</label>
      <Input
        id={id}
        value={value}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        {...(hint !== undefined && { "aria-describedby": `${id}-hint` })}
      />
      {hint !== undefined && (
        <p className="quiet small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
