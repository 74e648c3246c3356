import type { LogFault } from "../../data/index.ts";
import type { LedgerFault } from "../../ledger/index.ts";
import type { HttpRefusal } from "./refusal.ts";

/** When a client comes back that met something which passes by itself. */
const RETRY_SECONDS = 1;

/** What a client is told of a fault of the ledger. Only of what passes by itself it hears when to come back. */
export function refusalOfFault({ code, reaction, facts }: LedgerFault): HttpRefusal {
  switch (reaction) {
    case "busy":
      // Of what was handed to the other validators nobody here can say that it was not taken.
      if (code === "LEDGER_STALLED") return { code: "HTTP_STALLED", retryAfter: RETRY_SECONDS };
      return { code: "HTTP_BUSY", retryAfter: RETRY_SECONDS, what: code };
    case "operator":
      return code === "LEDGER_CLOCK" ? { code, ...facts } : { code: "LEDGER_RESTORED" };
    case "fatal":
      return { code: "HTTP_STOPPED", fault: code };
  }
}

/** The same of a fault of a dataset's log. */
export function refusalOfLogFault({ code, reaction }: LogFault): HttpRefusal {
  return reaction === "fatal"
    ? { code: "HTTP_STOPPED", fault: code }
    : { code: "HTTP_BUSY", retryAfter: RETRY_SECONDS, what: code };
}
