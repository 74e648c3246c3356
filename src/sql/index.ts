export { BOOT_ID } from "./boot-id.ts";
export { Bulk, type Cell, type Row, Sql } from "./sql.ts";
