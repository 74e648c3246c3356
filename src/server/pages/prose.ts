import { html, type Markup } from "./html.ts";

/** A sentence in which code stands between backticks. */
export function proseMarkup(text: string): Markup {
  const parts = text.split("`");
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
