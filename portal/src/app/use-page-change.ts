import { type RefObject, useEffect, useRef } from "react";
import { useLocation } from "wouter";

/** A new page begins at its top, and with the focus there, as a page that the browser loads does. */
export function usePageChange(content: RefObject<HTMLElement | null>): void {
  const [path] = useLocation();
  const shown = useRef(path);
  useEffect(() => {
    // The address `/` only leads to the tour: nobody has moved yet.
    if (shown.current !== path && shown.current !== "/") {
      scrollTo(0, 0);
      content.current?.focus({ preventScroll: true });
    }
    shown.current = path;
  }, [path, content]);
}
