export { type Access, type Authorised, createAccess } from "./access.ts";
export { mountAgreements } from "./agreements.ts";
