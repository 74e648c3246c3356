import type { RecordAnswer, RegisterItem } from "cityid/sdk";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Hand, lendHand } from "../../api/signing.ts";
import { useCalls } from "../../api/use-calls.ts";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useTask } from "../../ui/use-task.ts";
import { codeOf } from "../codes.ts";
import { askingCommand } from "../commands.ts";
import { useTour } from "../context.ts";
import { StepFrame } from "../step-frame.tsx";
import { useClient } from "../use-client.ts";
import { type Import, importLamps, newestImport, readImport, voidImport } from "./import.ts";
import { ImportForm } from "./import-form.tsx";
import { LAMPS } from "./lamps.ts";
import { OpenImport } from "./open-import.tsx";
import { VoidedImport } from "./voided-import.tsx";

/** What the ledger shows: the newest import of the tour, and one of its lamps. */
export type Shown = { readonly made: Import; readonly lamp: RecordAnswer };

/** One signature registers twenty lamps, one takes them back. */
export function VoidStep(): ReactNode {
  const { t } = useTranslation("tour");
  const { demo } = useTour();
  const { under, who } = demo.examples.things;
  const calls = useCalls();
  const client = useClient(calls.fetch);
  const task = useTask();
  const [shown, setShown] = useState<Shown>();
  const [again, setAgain] = useState(false);

  const show = useCallback(
    async (made: Import | undefined) => {
      const first = made?.codes[0];
      if (made && first !== undefined) setShown({ made, lamp: await client.record(first) });
    },
    [client],
  );
  // After a reload, the newest import of the ledger is where one was.
  useEffect(() => {
    task.run(async () => show(await newestImport(client, under)));
  }, [task.run, show, client, under]);

  const act = (work: (hand: Hand) => Promise<string>): void =>
    task.run(async () => {
      const id = await work(await lendHand(who, calls.fetch));
      await show(await readImport(client, await client.manifest(id)));
      setAgain(false);
    });
  const doImport = (rows: readonly RegisterItem[]): void =>
    act((hand) => importLamps(client, hand, rows, codeOf(under), demo.ledger));
  const doVoid = (made: Import, reason: string): void =>
    act(async (hand) => {
      await voidImport(client, hand, made, reason, demo.ledger);
      return made.id;
    });

  const takeaway = useMemo(
    () =>
      shown?.made.void
        ? {
            shown: t("void.takeaway"),
            check: t("void.check"),
            command: [
              askingCommand(location.origin, "history", shown.lamp.code),
              askingCommand(location.origin, "show", shown.lamp.code),
            ].join("\n"),
          }
        : undefined,
    [shown, t],
  );
  return (
    <StepFrame
      id="void"
      opens={/^POST/}
      intro={t("void.intro", { count: LAMPS })}
      calls={calls}
      takeaway={takeaway}
    >
      {!again && shown && !shown.made.void && (
        <OpenImport {...shown} busy={task.busy} onVoid={(reason) => doVoid(shown.made, reason)} />
      )}
      {!again && shown?.made.void && <VoidedImport {...shown} onAgain={() => setAgain(true)} />}
      {(again || !shown) && <ImportForm busy={task.busy} onImport={doImport} />}
      <ProblemNote failure={task.failure} />
    </StepFrame>
  );
}
