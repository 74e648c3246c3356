import { certain, decodeEntry, equalBytes, keyIdentifier, present } from "../../core/index.ts";
import { type Entity, type Instance, LOCATION } from "../../data/index.ts";
import type { Ask } from "./request.ts";
import { type Form, shown } from "./write-entity.ts";

/** Who said what an instance says, and where the proof of it is. */
type Provenance = {
  readonly source: string;
  /** `gateway`: the node that keeps the log signed for whoever sent it. */
  readonly signedBy: "source" | "gateway";
  readonly entry: number;
  readonly observation: number;
  /** Of a dataset of the ledger. */
  readonly href?: string;
};

/** Member of an attribute; so named that nothing which a source says is hidden by it. */
const MEMBER = "cityidProof";
const MAX_LINKS = 16;

/** The form with the proof of each value that is told, of linked entities too: docs/spec/sharing.md, NGSI-LD. */
export function withProofs(ask: Ask, form: Form): Form {
  if (ask.asked("proof") !== "true") return form;
  const tell = provenance(ask);
  const beside: Form["beside"] = {
    get: (each, name) => ({ [MEMBER]: { type: "Property", value: tell(each, name) } }),
  };
  return { ...form, beside };
}

/** The proofs of one entity, each of one observation. */
export function proofLinks(ask: Ask, { attributes }: Entity, form: Form): Record<string, string> {
  if (ask.asked("proof") !== "true") return {};
  const tell = provenance(ask);
  const hrefs = Object.values(shown(attributes, form)).flatMap((instances) =>
    instances.flatMap((each) => tell(each).href ?? []),
  );
  const links = [...new Set(hrefs)].slice(0, MAX_LINKS);
  if (links.length === 0) return {};
  return { Link: links.map((href) => `<${href}>; rel="${ask.publicUrl}/rel/proof"`).join(", ") };
}

/** Entries are read once, however many values stand in each. */
function provenance({ target, publicUrl }: Ask): (of: Instance, name?: string) => Provenance {
  const { log, code, dataset } = target;
  const gateway = keyIdentifier(log.gateway);
  const known = new Map<number, Pick<Provenance, "source" | "signedBy">>();
  const signerOf = (index: number) => {
    const found = known.get(index);
    if (found !== undefined) return found;
    const bytes = present(log.entry(index), "an entry that an entity came from");
    const { source, kid } = certain(decodeEntry(bytes), "an entry of the log");
    const signer = {
      source,
      signedBy: equalBytes(kid, gateway) ? ("gateway" as const) : ("source" as const),
    };
    known.set(index, signer);
    return signer;
  };
  const base = `${publicUrl}/v1/datasets/${encodeURIComponent(code)}/entries`;
  return ({ entry, at }, name) => {
    const signer = signerOf(entry);
    // A source says where it was in a fact of its own.
    const fact = name === LOCATION && signer.signedBy === "source" ? "place" : name;
    const names = fact === undefined ? "" : `&names=${encodeURIComponent(fact)}`;
    const href = `${base}/${entry}/proof?observation=${at}${names}`;
    return { ...signer, entry, observation: at, ...(dataset && { href }) };
  };
}
