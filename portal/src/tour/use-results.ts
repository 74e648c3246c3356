import { type RefObject, useEffect, useState } from "react";

/** What a result says of itself, shortest first. */
const SAYS = ".result h2, .stage .state";
/** What is said without us. */
const LIVE = "[role=status], [role=alert], [aria-live]";
const MAX_SAID_CHARACTERS = 300;

/**
 * Whoever uses a keyboard or hears the page learns what a step came to: where the control with the focus went away, the focus goes
 * to what came instead.
 *
 * @returns what is to be said of what came last
 */
export function useResults(live: RefObject<HTMLElement | null>): string {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const root = live.current;
    if (root === null) return;
    let last: Element | undefined;
    const came = ({ target }: FocusEvent) => {
      last = target instanceof Element ? target : undefined;
    };
    // Somebody left it; what is taken away with the focus in it is no longer there when this is asked.
    const left = () =>
      setTimeout(() => {
        if (last?.isConnected && !root.contains(document.activeElement)) last = undefined;
      });
    const observer = new MutationObserver((records) => {
      const added = records.flatMap(({ addedNodes }) =>
        [...addedNodes].filter((node) => node instanceof HTMLElement),
      );
      // A heading may be nothing but a state.
      const words = [...new Set(added.flatMap(sayings))].join("; ").slice(0, MAX_SAID_CHARACTERS);
      if (words !== "") setSaid(words);
      if (last === undefined || last.isConnected || document.activeElement !== document.body)
        return;
      last = undefined;
      focusOn(placeOf(root, added) ?? root);
    });
    root.addEventListener("focusin", came);
    root.addEventListener("focusout", left);
    observer.observe(root, { childList: true, subtree: true });
    return () => {
      root.removeEventListener("focusin", came);
      root.removeEventListener("focusout", left);
      observer.disconnect();
    };
  }, [live]);
  return said;
}

function sayings(element: HTMLElement): readonly string[] {
  const own = element.matches(SAYS) ? [element] : [];
  const all = [...own, ...element.querySelectorAll(SAYS)];
  return all.filter((each) => each.closest(LIVE) === null).map(({ textContent }) => textContent);
}

/** The stage that is next, else the last; else the heading of a result that came; else the first field that did. */
function placeOf(root: HTMLElement, added: readonly HTMLElement[]): HTMLElement | undefined {
  const first = (selector: string) =>
    added.flatMap((each) => [...each.querySelectorAll<HTMLElement>(selector)]).at(0);
  return (
    root.querySelector<HTMLElement>('.stage[aria-current="step"] h2') ??
    root.querySelector<HTMLElement>(".stage:last-child h2") ??
    added.find((each) => each.matches(".result"))?.querySelector<HTMLElement>("h2") ??
    first(".result h2") ??
    first("input, button") ??
    root.querySelector<HTMLElement>(".result h2") ??
    undefined
  );
}

function focusOn(element: HTMLElement): void {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus();
}
