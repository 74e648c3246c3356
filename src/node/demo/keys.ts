import { join } from "node:path";
import { type KeySpec, present } from "../../core/index.ts";
import { type Signer, signerFromSeed } from "../../sdk/index.ts";
import { seedFile } from "../secrets.ts";
import { PEOPLE, type Person } from "./people.ts";

/** Everybody's key in the demonstration, made here and lying on this disk. */
export type DemoKeys = {
  seed(who: string): Uint8Array | undefined;
  signer(person: Person): Signer;
  spec(person: Person): KeySpec;
};

/** Reads the keys in `directory`, making those that are missing. */
export async function openDemoKeys(directory: string): Promise<DemoKeys> {
  const seeds = new Map<string, Uint8Array>();
  for (const { who } of PEOPLE) seeds.set(who, await seedFile(join(directory, `${who}.key`)));
  const signer = ({ who }: Person): Signer => signerFromSeed(present(seeds.get(who), who));
  return {
    seed: (who) => seeds.get(who),
    signer,
    spec: (person) => ({
      key: signer(person).publicKey,
      uses: person.uses,
      label: person.label,
    }),
  };
}
