import type { ReactNode } from "react";
import { SHAPES } from "./shapes.ts";

// 16-unit icons, drawn with the current colour. They always stand beside a word, so they say nothing by themselves.

function Icon({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const TickIcon = (): ReactNode => (
  <Icon>
    <path d={SHAPES.active} />
  </Icon>
);

export const TriangleIcon = (): ReactNode => (
  <Icon>
    <path d={SHAPES.attention} />
  </Icon>
);

export const CrossIcon = (): ReactNode => (
  <Icon>
    <path d={SHAPES.stop} />
  </Icon>
);

export const ArrowIcon = (): ReactNode => (
  <Icon>
    <path d={SHAPES.ended} />
  </Icon>
);

export const QuestionIcon = (): ReactNode => (
  <Icon>
    <path d={SHAPES.unknown} />
  </Icon>
);

export const CopyIcon = (): ReactNode => (
  <Icon>
    <path d="M6 6h7.5v7.5H6Z M3.5 10H2.5V2.5H10v1" />
  </Icon>
);

export const ExternalIcon = (): ReactNode => (
  <Icon>
    <path d="M6.5 3.5h-4v10h10v-4 M9.5 2.5h4v4 M13 3 7.5 8.5" />
  </Icon>
);
