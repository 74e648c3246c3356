// From a proof of our map to ICS-23's CommitmentProof, in protobuf (proto/cosmos/ics23/v1/proofs.proto of that project).
import { hashMapKey, utf8 } from "../../dist/core/index.js";

const SHA256 = 1;
const EMPTY = new Uint8Array(32);

/** That a key has a value. `map` is the proof as bundles carry it: hashes root side first, empty siblings left out. */
export function presence({ key, value, map }) {
  const path = hashMapKey(key);
  let left = map.hashes.length;
  const steps = [];
  for (let level = map.depth - 1; level >= 0; level--) {
    const sibling = bit(map.siblings, level) ? map.hashes[--left] : EMPTY;
    steps.push(
      bit(path, level)
        ? { prefix: Uint8Array.of(1, ...sibling), suffix: new Uint8Array(0) }
        : { prefix: Uint8Array.of(1), suffix: sibling },
    );
  }
  return { key: utf8(key), value, steps };
}

function bit(bytes, at) {
  return (bytes[at >> 3] >> (7 - (at & 7))) & 1;
}

export function encodePresence(existence) {
  return message(bytesField(1, existenceProof(existence)));
}

/** `left` and `right` are the neighbours' proofs of presence; at an end one is absent. */
export function encodeAbsence({ key, left, right }) {
  const neighbour = (field, each) => (each === undefined ? [] : [bytesField(field, existenceProof(each))]);
  return message(bytesField(2, message(bytesField(1, key), ...neighbour(2, left), ...neighbour(3, right))));
}

function existenceProof({ key, value, steps }) {
  const leaf = message(number(1, SHA256), number(2, SHA256), number(3, SHA256), bytesField(5, Uint8Array.of(0)));
  const inner = ({ prefix, suffix }) => message(number(1, SHA256), bytesField(2, prefix), bytesField(3, suffix));
  return message(bytesField(1, key), bytesField(2, value), bytesField(3, leaf), ...steps.map((step) => bytesField(4, inner(step))));
}

function message(...fields) {
  return Buffer.concat(fields);
}

function number(field, value) {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

/** As proto3 wants it, a field that is empty is not written. */
function bytesField(field, bytes) {
  if (bytes.length === 0) return Buffer.alloc(0);
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}
