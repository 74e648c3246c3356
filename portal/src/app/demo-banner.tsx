import { createClient } from "cityid/sdk";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Demonstration, readDemonstration } from "../api/demo.ts";
import { TriangleIcon } from "../ui/icons.tsx";

/** Says on every page that this node is a demonstration, when it is one. */
export function DemoBanner(): ReactNode {
  const { t } = useTranslation("shell");
  const [demo, setDemo] = useState<Demonstration>();
  useEffect(() => {
    findDemonstration().then(setDemo, () => setDemo(undefined));
  }, []);
  if (!demo) return null;
  return (
    <aside className="banner">
      <TriangleIcon />
      <p>
        <strong>{t("demo.title")}</strong> {t("demo.text")} <code>{demo.data}</code>
      </p>
    </aside>
  );
}

/** The descriptor says whether this is a demonstration, so that other nodes are not asked for what they have not. */
async function findDemonstration(): Promise<Demonstration | undefined> {
  const { demonstration } = await createClient({ url: location.origin }).node();
  return demonstration ? readDemonstration() : undefined;
}
