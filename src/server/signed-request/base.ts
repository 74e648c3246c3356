import { err, ok, type Result } from "../../core/index.ts";
import type { SignedRequestRefusal } from "../problem/refusal.ts";

/** Gives the value of a component (`"@method"`, or the name of a field); `undefined` where the message has none. */
export type ComponentValue = (name: string) => string | undefined;

/**
 * The text that a signature is made over.
 *
 * @param components as they stand in `Signature-Input`, in that order
 * @param parameters the serialised inner list with its parameters: the value of `@signature-params`
 * @returns `HTTP_SIGNATURE_FIELD` for a component that the message does not have
 * @see RFC 9421 §2.5
 */
export function signatureBase(
  components: readonly string[],
  parameters: string,
  componentValue: ComponentValue,
): Result<string, SignedRequestRefusal> {
  const lines: string[] = [];
  for (const name of components) {
    const value = componentValue(name);
    if (value === undefined) {
      return err({ code: "HTTP_SIGNATURE_FIELD", field: name, want: "in the request" });
    }
    lines.push(`"${name}": ${value}`);
  }
  return ok([...lines, `"@signature-params": ${parameters}`].join("\n"));
}

/** The components of a request, as the client saw it. `target` is the URL that it wrote. RFC 9421 §2.1, §2.2. */
export function requestComponents(
  method: string,
  target: URL,
  header: (name: string) => string | undefined,
): ComponentValue {
  return (name) => {
    switch (name) {
      case "@method":
        return method;
      case "@target-uri":
        return target.href;
      case "@authority":
        return target.host;
      case "@scheme":
        return target.protocol.slice(0, -1);
      case "@request-target":
        return target.pathname + target.search;
      case "@path":
        return target.pathname;
      case "@query":
        return target.search === "" ? "?" : target.search;
      default:
        // Fetch has joined the lines of a field with ", " and trimmed them, as §2.1 wants it.
        return name.startsWith("@") ? undefined : header(name)?.trim();
    }
  };
}
