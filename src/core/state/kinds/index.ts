import type { InnerOperation, Issuer } from "../../op/operation.ts";
import type { Result } from "../../result.ts";
import type { Need } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { type AnchorRefusal, executeAnchor, needForAnchor } from "./anchor.ts";
import { executeClasses, needForClasses } from "./classes.ts";
import { type DatasetRefusal, executeDataset, needForDataset } from "./dataset.ts";
import { type DelegateRefusal, executeDelegate, needForDelegate } from "./delegate.ts";
import { executeGazette, type GazetteRefusal, needForGazette } from "./gazette.ts";
import { executeGrant, type GrantRefusal, needForGrant } from "./grant.ts";
import { executeKeys, type KeysRefusal, needForKeys } from "./keys.ts";
import { type BulkRefusal, executeManifest, needForManifest } from "./manifest.ts";
import { executeMember, type MemberRefusal, needForMember } from "./member.ts";
import { executeParam, needForParam, type ParamRefusal } from "./param.ts";
import { executeRecover, needForRecover, type RecoverRefusal } from "./recover.ts";
import { executeRegister, needForRegister, type RegisterRefusal } from "./register.ts";
import { executeRequest, needForRequest, type RequestRefusal } from "./request.ts";
import { executeRevoke, needForRevoke, type RevokeRefusal } from "./revoke.ts";
import { executeSeals, needForSeals, type SealsRefusal } from "./seals.ts";
import { executeStatus, needForStatus, type StatusRefusal } from "./status.ts";
import { executeSucceed, needForSucceed, type SucceedRefusal } from "./succeed.ts";
import { executeUnseal, needForUnseal, type UnsealRefusal } from "./unseal.ts";
import { executeUpdate, needForUpdate, type UpdateRefusal } from "./update.ts";
import { executeValidator, needForValidator, type ValidatorRefusal } from "./validator.ts";
import { executeVoid, needForVoid, type VoidRefusal } from "./void.ts";

export type KindRefusal =
  | GazetteRefusal
  | RegisterRefusal
  | BulkRefusal
  | VoidRefusal
  | UpdateRefusal
  | KeysRefusal
  | RecoverRefusal
  | StatusRefusal
  | SucceedRefusal
  | DelegateRefusal
  | AnchorRefusal
  | DatasetRefusal
  | RequestRefusal
  | GrantRefusal
  | RevokeRefusal
  | SealsRefusal
  | UnsealRefusal
  | MemberRefusal
  | ValidatorRefusal
  | ParamRefusal;

/** Whose agreement an operation needs. `iss` matters only where several could agree alone. */
export function needFor(context: Context, op: InnerOperation, iss: Issuer): Need {
  const { tx } = context;
  switch (op.op) {
    case "gazette":
      return needForGazette(tx, op);
    case "classes":
      return needForClasses(tx);
    case "register":
      return needForRegister(tx, op);
    case "manifest":
      return needForManifest(tx, op);
    case "void":
      return needForVoid(tx, op, iss, context.timeMilliseconds);
    case "update":
      return needForUpdate(tx, op);
    case "keys":
      return needForKeys(tx, op);
    case "recover":
      return needForRecover(tx, op, iss);
    case "status":
      return needForStatus(tx, op, iss);
    case "succeed":
      return needForSucceed(tx, op);
    case "delegate":
      return needForDelegate(tx, op, iss);
    case "anchor":
      return needForAnchor(tx, op);
    case "dataset":
      return needForDataset(tx, op);
    case "request":
      return needForRequest(tx, op);
    case "grant":
      return needForGrant(tx, op);
    case "revoke":
      return needForRevoke(tx, op);
    case "seals":
      return needForSeals(tx, op);
    case "unseal":
      return needForUnseal(tx, op);
    case "member":
      return needForMember(tx);
    case "validator":
      return needForValidator(tx);
    case "param":
      return needForParam(tx);
  }
}

/** Does what an operation says; whoever had to agree has agreed. */
export function execute(context: Context, op: InnerOperation, act: Act): Result<void, KindRefusal> {
  switch (op.op) {
    case "gazette":
      return executeGazette(context, op, act);
    case "classes":
      return executeClasses(context, op, act);
    case "register":
      return executeRegister(context, op, act);
    case "manifest":
      return executeManifest(context, op, act);
    case "void":
      return executeVoid(context, op, act);
    case "update":
      return executeUpdate(context, op, act);
    case "keys":
      return executeKeys(context, op, act);
    case "recover":
      return executeRecover(context, op, act);
    case "status":
      return executeStatus(context, op, act);
    case "succeed":
      return executeSucceed(context, op, act);
    case "delegate":
      return executeDelegate(context, op, act);
    case "anchor":
      return executeAnchor(context, op, act);
    case "dataset":
      return executeDataset(context, op, act);
    case "request":
      return executeRequest(context, op, act);
    case "grant":
      return executeGrant(context, op, act);
    case "revoke":
      return executeRevoke(context, op, act);
    case "seals":
      return executeSeals(context, op, act);
    case "unseal":
      return executeUnseal(context, op, act);
    case "member":
      return executeMember(context, op, act);
    case "validator":
      return executeValidator(context, op, act);
    case "param":
      return executeParam(context, op, act);
  }
}

/** What an operation is about, for lists of decisions. */
export function subjectOf(op: InnerOperation): string | undefined {
  switch (op.op) {
    case "update":
    case "keys":
    case "recover":
    case "status":
    case "delegate":
    case "dataset":
    case "request":
    case "grant":
    case "revoke":
    case "seals":
    case "unseal":
      return op.code;
    case "manifest":
      return op.under;
    case "register":
    case "anchor":
    case "gazette":
      return op.items[0]?.code;
    case "succeed":
      return op.from[0]?.code;
    case "classes":
    case "void":
    case "member":
    case "validator":
    case "param":
      return undefined;
  }
}
