import { LedgerFault } from "./fault.ts";
import type { IndexStore, ValueStore } from "./stores.ts";

/**
 * Brings what is derived up to each committed block. A disk that will not take it loses nothing, since the journal has it
 * all; but nothing more is taken until it does, or memory would fill.
 */
export class Derived {
  readonly #values: ValueStore;
  readonly #index: IndexStore;
  #owed: { readonly valuesEnd: number; readonly size: number } | undefined;
  #fault: LedgerFault | undefined;

  constructor({ values, index }: { readonly values: ValueStore; readonly index: IndexStore }) {
    this.#values = values;
    this.#index = index;
  }

  /** A block was committed. */
  take(valuesEnd: number, size: number): void {
    this.#owed = { valuesEnd, size };
    this.#catchUp();
  }

  /** LEDGER_DISK_FULL while the values of committed blocks cannot be written; it is tried anew at each call. */
  behind(): LedgerFault | undefined {
    if (this.#fault !== undefined) this.#catchUp();
    return this.#fault;
  }

  #catchUp(): void {
    if (this.#owed === undefined) return;
    try {
      this.#values.flush();
    } catch (cause) {
      this.#fault = new LedgerFault("LEDGER_DISK_FULL", { what: "values" }, { cause });
      return;
    }
    this.#fault = undefined;
    this.#index.advance(this.#owed.valuesEnd, this.#owed.size);
    this.#owed = undefined;
  }
}
