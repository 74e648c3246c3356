import {
  type Apply,
  application as applicationShape,
  type CborValue,
  fitShape,
  type Operation,
  operation as operationShape,
} from "../core/index.ts";
import { CliProblem } from "./problem.ts";

/** What the ledger would refuse for its form is refused before anybody is asked to sign it. @throws CliProblem */
export function judgeShape(body: Operation | Apply): void {
  const value = body as unknown as CborValue;
  const fitted =
    body.op === "apply" ? fitShape(applicationShape, value) : fitShape(operationShape, value);
  if (fitted.ok) return;
  const { code: cause, ...facts } = fitted.error;
  throw new CliProblem("CLI_SHAPE", { want: "", ...facts, cause });
}
