export { createPolicyDoor, type PolicyDoor } from "./policy-door.ts";
export { mountWitness } from "./routes.ts";
