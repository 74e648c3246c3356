export { type Access, type Asker, type Authorised, createAccess, type Judged } from "./access.ts";
export { mountAgreements } from "./agreements.ts";
