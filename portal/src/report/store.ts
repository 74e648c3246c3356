// What the phone keeps: its key, which cannot be taken out, and reports until they are received. All of it survives closing the browser.

import type { SignedEntry } from "cityid/sdk";

/** A key of this phone, for the dataset that its office invited it to. */
export type Enrolled = {
  readonly dataset: string;
  readonly office: string;
  readonly label: string;
  readonly kid: string;
  readonly pair: CryptoKeyPair;
  /** Origin of the dataset's log: what entries are signed for. */
  readonly audience: string;
};

/** That the log of the dataset has it: a file for `cityid verify`, which whoever reported keeps. */
export type Receipt = {
  readonly entry: Uint8Array;
  /** tlog-proof */
  readonly receipt: string;
};

export type Report = {
  readonly id: string;
  readonly dataset: string;
  /** In words, for the list. */
  readonly said: string;
  /** Unix milliseconds. */
  readonly made: number;
  /** Dropped once it is received: the node keeps it. */
  readonly signed?: SignedEntry;
  readonly state: "waiting" | "sent" | "refused" | "expired";
  /** Index of the entry, or the code of the refusal. */
  readonly outcome?: string;
  /** Of what was received. */
  readonly receipt?: Receipt;
};

const [NAME, VERSION] = ["cityid-report", 1];

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys", { keyPath: "dataset" });
      request.result.createObjectStore("reports", { keyPath: "id" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within<T>(
  store: "keys" | "reports",
  mode: IDBTransactionMode,
  work: (objects: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: "strict" });
      const request = work(transaction.objectStore(store));
      // Only what was committed is there after the browser was closed.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const keys = (): Promise<Enrolled[]> =>
  within("keys", "readonly", (objects) => objects.getAll() as IDBRequest<Enrolled[]>);

export const keepKey = (key: Enrolled): Promise<IDBValidKey> =>
  within("keys", "readwrite", (objects) => objects.put(key));

export const reports = (): Promise<Report[]> =>
  within("reports", "readonly", (objects) => objects.getAll() as IDBRequest<Report[]>);

export const keepReport = (report: Report): Promise<IDBValidKey> =>
  within("reports", "readwrite", (objects) => objects.put(report));
