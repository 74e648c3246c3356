import { useCallback } from "react";
import { language, usePreference } from "../app/preferences.ts";
import { plainNameOf } from "../ui/names.ts";
import { useTour } from "./context.ts";

/** Names of who signs in this demonstration: `member/A` → "Institute A". Others are called by what they are. */
export function useIssuerName(): (issuer: string) => string {
  const { demo } = useTour();
  const lang = usePreference(language);
  return useCallback(
    (issuer) => {
      const code = issuer.replace(/#\d+$/, "");
      const holder = [...demo.institutes, ...demo.holders].find((one) => one.issuer === code);
      return holder ? plainNameOf(holder.names, lang) : code;
    },
    [demo, lang],
  );
}
