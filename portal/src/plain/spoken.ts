import { say, type Text } from "./text.ts";

// What an element says, kept beside it: another language then changes words alone, and nothing that was typed, chosen or is under way.

const kept: WeakMap<Element, () => string> = new WeakMap();

/** Lets an element say something, in every language that is asked for afterwards. */
export function spoken<E extends Element>(
  element: E,
  words: Text,
  facts: Readonly<Record<string, unknown>> = {},
): E {
  const speak = () => say(words, facts);
  kept.set(element, speak);
  element.textContent = speak();
  return element;
}

/** Lets an element say nothing any more. */
export function silence(element: Element): void {
  kept.delete(element);
  element.textContent = "";
}

/** Says everything below an element anew, in the language of now. */
export function speakAgain(root: Element): void {
  for (const element of root.querySelectorAll("*")) {
    const speak = kept.get(element);
    if (speak !== undefined) element.textContent = speak();
  }
}
