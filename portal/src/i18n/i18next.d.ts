import "i18next";
import type { shell } from "./en/shell.ts";
import type { tour } from "./en/tour.ts";
import type { ui } from "./en/ui.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "ui";
    resources: { shell: typeof shell; ui: typeof ui; tour: typeof tour };
  }
}
