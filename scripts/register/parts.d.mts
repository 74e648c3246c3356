import type { RegisterParts } from "../../src/node/register/index.ts";

export function readParts(): RegisterParts;
