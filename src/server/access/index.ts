export { type Access, type Asker, type Authorised, createAccess } from "./access.ts";
export { mountAgreements } from "./agreements.ts";
