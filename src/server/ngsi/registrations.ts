import { err } from "../../core/index.ts";
import type { Route } from "./request.ts";

/** What a client may say of a registration in an address: GS CIM 009 §6.8, §6.12. */
const PARAMETERS = [
  ...["id", "type", "idPattern", "attrs", "q", "csf", "georel", "geometry", "coordinates"],
  ...["geoproperty", "timeproperty", "timerel", "timeAt", "endTimeAt", "limit", "offset", "count"],
  ...["options", "lang"],
];

/**
 * Other sources of context information are not asked from here: ledgers below and beside are datasets of their own nodes. What
 * §5.9 and §5.11 would do is refused by the name that the specification has for it, and everything before that is judged as
 * anywhere.
 */
export function registrationRoutes(): readonly Route[] {
  const all = ["/csourceRegistrations", "/csourceSubscriptions"];
  return all.flatMap((path): readonly Route[] => {
    const answer: Route["answer"] = async () => err({ code: "NGSI_UNSUPPORTED", what: path });
    const reading = { isWriting: false, hasBody: false, parameters: PARAMETERS, answer } as const;
    const writing = { isWriting: true, hasBody: true, parameters: [], answer } as const;
    const one = `${path}/:id`;
    return [
      { ...reading, method: "GET", path },
      { ...writing, method: "POST", path },
      { ...reading, method: "GET", path: one },
      { ...writing, method: "PATCH", path: one },
      { ...reading, method: "DELETE", path: one, isWriting: true, parameters: [] },
    ];
  });
}
