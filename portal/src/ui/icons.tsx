import type { ReactNode } from "react";

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
    <path d="M3 8.5 6.5 12 13 4.5" />
  </Icon>
);

export const TriangleIcon = (): ReactNode => (
  <Icon>
    <path d="M8 2.5 14.5 13.5H1.5Z M8 6.5v3.25 M8 11.5v.1" />
  </Icon>
);

export const CrossIcon = (): ReactNode => (
  <Icon>
    <path d="M4 4l8 8 M12 4l-8 8" />
  </Icon>
);

export const ArrowIcon = (): ReactNode => (
  <Icon>
    <path d="M2.5 8h11 M9 3.5 13.5 8 9 12.5" />
  </Icon>
);

export const QuestionIcon = (): ReactNode => (
  <Icon>
    <path d="M5.5 6a2.5 2.5 0 1 1 3.600 2.200C8.300 8.600 8 9 8 10 M8 12.5v.1" />
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
