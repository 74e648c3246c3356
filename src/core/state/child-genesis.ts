import { compareBytes, equalBytes, hex, utf8 } from "../bytes.ts";
