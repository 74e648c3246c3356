import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { addAdmit } from "./admit.ts";
import { addAgreements, addGrant, addRequest, addRevoke, addToken } from "./agreements.ts";
import { addApply } from "./apply.ts";
import { addAudit } from "./audit.ts";
import { addBackup, addRestore } from "./backup.ts";
import { addCertificate } from "./certificate.ts";
import { addChildren } from "./children.ts";
import { addDataset } from "./dataset.ts";
import { addDelegate } from "./delegate.ts";
import { addEndorse } from "./endorse.ts";
import { addExport } from "./export.ts";
import { addGateway } from "./gateway.ts";
import { addHistory } from "./history.ts";
import { addImport } from "./import.ts";
import { addInbox } from "./inbox.ts";
import { addIngest } from "./ingest.ts";
import { addInit } from "./init.ts";
import { addKey } from "./key.ts";
import { addKeys } from "./keys.ts";
import { addLog } from "./log.ts";
import { addMirror } from "./mirror.ts";
import { addPlates } from "./plates.ts";
import { addPromote } from "./promote.ts";
import { addPropose } from "./propose.ts";
import { addRecover } from "./recover.ts";
import { addRegister } from "./register.ts";
import { addSeal, addUnseal } from "./seal.ts";
import { addShow } from "./show.ts";
import { addDemo, addStart } from "./start.ts";
import { addStatus } from "./status.ts";
import { addSucceed } from "./succeed.ts";
import { addTestnet } from "./testnet.ts";
import { addUpdate } from "./update.ts";
import { addValidator } from "./validator.ts";
import { addVerify } from "./verify.ts";
import { addVoid } from "./void.ts";
import { addWhoDid } from "./who-did.ts";
import { addWitness } from "./witness.ts";

/** In the order in which the help lists them: reading, applying, issuing, keeping. */
export const COMMANDS: readonly ((program: Command, cli: Cli) => void)[] = [
  addShow,
  addHistory,
  addChildren,
  addLog,
  addWhoDid,
  addExport,
  addCertificate,
  addVerify,
  addKey,
  addApply,
  addInbox,
  addAdmit,
  addEndorse,
  addPropose,
  addRegister,
  addImport,
  addIngest,
  addGateway,
  addVoid,
  addUpdate,
  addKeys,
  addRecover,
  addStatus,
  addSucceed,
  addSeal,
  addUnseal,
  addDataset,
  addRequest,
  addGrant,
  addRevoke,
  addAgreements,
  addToken,
  addPlates,
  addDelegate,
  addInit,
  addStart,
  addValidator,
  addPromote,
  addTestnet,
  addWitness,
  addDemo,
  addAudit,
  addMirror,
  addBackup,
  addRestore,
];
