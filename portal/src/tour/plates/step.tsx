import { Button } from "antd";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Hand, lendHand } from "../../api/signing.ts";
import { useCalls } from "../../api/use-calls.ts";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { useTask } from "../../ui/use-task.ts";
import { askingCommand } from "../commands.ts";
import { useTour } from "../context.ts";
import { useIssuerName } from "../issuers.ts";
import { SigningBox } from "../signing-box.tsx";
import { StepFrame } from "../step-frame.tsx";
import { useClient } from "../use-client.ts";
import { PlateCard } from "./plate-card.tsx";
import {
  type Checked,
  check,
  forge,
  PLATES,
  type Plate,
  printPlates,
  swap,
  textOf,
} from "./seals.ts";
import { VerdictNote } from "./verdict-note.tsx";

/** Printed plates, and the hand that sealed them. */
type Printed = { readonly hand: Hand; readonly plates: readonly Plate[] };

/** Ten plates are sealed in this page; one is checked, forged, swapped, and the page says what it is. */
export function PlatesStep(): ReactNode {
  const { t } = useTranslation("tour");
  const { demo } = useTour();
  const issuerName = useIssuerName();
  const { under, who } = demo.examples.things;
  const owner = issuerName(under.slice(0, under.indexOf("/")));
  const calls = useCalls();
  const client = useClient(calls.fetch);
  const task = useTask();
  const [printed, setPrinted] = useState<Printed>();
  const [checked, setChecked] = useState<readonly Checked[]>([]);

  const print = (): void =>
    task.run(async () => {
      const hand = await lendHand(who, calls.fetch);
      setPrinted({ hand, plates: await printPlates(client, hand, under) });
      setChecked([]);
    });
  const judge = (attack: Checked["attack"], textOfPlate: () => string | Promise<string>): void =>
    task.run(async () => {
      const found = await check(client, attack, await textOfPlate());
      setChecked((before) => [found, ...before.filter((each) => each.attack !== attack)]);
    });

  const [first, second] = printed?.plates ?? [];
  const genuine = checked.find(({ attack }) => attack === "none");
  const takeaway = useMemo(
    () =>
      genuine && checked.length === 3
        ? {
            shown: t("plates.takeaway"),
            check: t("plates.check"),
            command: askingCommand(location.origin, "seal", "check", `'${genuine.text}'`),
          }
        : undefined,
    [genuine, checked, t],
  );
  return (
    <StepFrame
      id="plates"
      opens={/\/seals\?/}
      intro={t("plates.intro", { who: owner })}
      calls={calls}
      takeaway={takeaway}
    >
      <SigningBox
        says={t("plates.says", { who: owner, count: PLATES })}
        action={t(printed ? "plates.again" : "plates.print", { count: PLATES })}
        busy={task.busy && !printed}
        onSign={print}
      />
      {printed && first && second && (
        <>
          <div className="plates">
            {printed.plates.map((plate) => (
              <PlateCard key={plate.code} plate={plate} />
            ))}
          </div>
          <div className="actions">
            <Button disabled={task.busy} onClick={() => judge("none", () => textOf(first))}>
              {t("plates.checkOne")}
            </Button>
            <Button
              disabled={task.busy}
              onClick={() => judge("forged", () => forge(first, printed.hand))}
            >
              {t("plates.forge")}
            </Button>
            <Button
              disabled={task.busy}
              onClick={() => judge("swapped", () => swap(first, second))}
            >
              {t("plates.swap")}
            </Button>
          </div>
        </>
      )}
      <ProblemNote failure={task.failure} />
      {checked.map((each) => (
        <VerdictNote key={each.attack} checked={each} />
      ))}
    </StepFrame>
  );
}
