// Takes the place of `dynamicCSS` in Ant Design's libraries (see build/adopt-styles.ts): the same functions, but the
// rules go into constructed style sheets. Those are CSSOM, which `style-src 'self'` allows; a <style> element is not.

type Options = {
  readonly prepend?: boolean | "queue";
  readonly priority?: number;
};

type Entry = {
  readonly sheet: CSSStyleSheet;
  /** Never in the document: callers keep their bookkeeping on its attributes. */
  readonly element: HTMLStyleElement;
  readonly order: number;
  css: string;
};

const entries: Map<string, Entry> = new Map();
let unnamed = 0;

/** Adds rules, or changes those that `key` names. */
export function updateCSS(css: string, key: string, options: Options = {}): HTMLStyleElement {
  const entry = entries.get(key) ?? open(key, options);
  if (entry.css !== css) {
    entry.css = css;
    entry.sheet.replaceSync(css);
  }
  return entry.element;
}

export function injectCSS(css: string, options: Options = {}): HTMLStyleElement {
  unnamed += 1;
  return updateCSS(css, `unnamed ${unnamed}`, options);
}

export function removeCSS(key: string): void {
  if (entries.delete(key)) adopt();
}

export function clearContainerCache(): void {}

export function getShadowRoot(): null {
  return null;
}

export function warningOnce(valid: boolean, message: string): void {
  if (!valid && import.meta.env.DEV) console.warn(message);
}

function open(key: string, { prepend, priority = 0 }: Options): Entry {
  const entry: Entry = {
    sheet: new CSSStyleSheet(),
    element: document.createElement("style"),
    order: prepend ? priority : Number.POSITIVE_INFINITY,
    css: "",
  };
  entries.set(key, entry);
  adopt();
  return entry;
}

/** Sorting is stable: of one priority, the one that came first stays first. */
function adopt(): void {
  const sorted = [...entries.values()].sort((a, b) =>
    a.order < b.order ? -1 : a.order > b.order ? 1 : 0,
  );
  document.adoptedStyleSheets = sorted.map((entry) => entry.sheet);
}
