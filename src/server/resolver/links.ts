import {
  type Code,
  type CodeRecord,
  codeKey,
  type Link,
  selfAndAncestors,
  type ValueReader,
} from "../../core/index.ts";
import { httpsUrl } from "../http/https-url.ts";

/** The relation of the one link that is followed when nothing else is asked for. */
export const DEFAULT_REL = "default";

/** The links of one code, as far as anybody may be led there. */
export type LinksOf = {
  readonly code: Code;
  readonly record: CodeRecord;
  readonly links: readonly Link[];
};

/** The links of a record and, behind it, of its ancestors from the nearest up. */
export function linksUpwards(state: ValueReader, record: CodeRecord): readonly LinksOf[] {
  return selfAndAncestors(record.code).flatMap((code) => {
    const each = code === record.code ? record : state.get(codeKey(code));
    return each === undefined ? [] : [{ code, record: each, links: usableLinks(each) }];
  });
}

/** The links that can be followed, each URL in the one spelling of URLs, each relation in the one of relations. */
export function usableLinks({ links }: Pick<CodeRecord, "links">): readonly Link[] {
  return links.flatMap((link) => {
    const href = httpsUrl(link.href);
    return href === undefined ? [] : [{ ...link, href, rel: relationOf(link.rel) }];
  });
}

/** Relations are compared without regard to case, unless they are URIs. RFC 8288 §2.1.1. */
export function relationOf(text: string): string {
  return text.includes(":") ? text : text.toLowerCase();
}
