export { createPolicyDoor, type PolicyDoor } from "./policy-door.ts";
export { mountValidator, mountWitness } from "./routes.ts";
