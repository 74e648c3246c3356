#!/usr/bin/env bash
# Checks vectors/op/valid against docs/spec/cityid.cddl with a CDDL tool that nobody here wrote (crate `cddl`).
# A vector is named <rule>--<what it shows>.hex and must match that rule, and no other operation's.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/outside/again.sh

version=0.10.7
tool=.cache/cddl/bin/cddl
if [[ "$("$tool" --version 2>/dev/null || true)" != *"$version"* ]]; then
  again cargo install cddl --version "$version" --locked --root .cache/cddl --quiet
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

node -e '
  const { readdirSync, readFileSync, writeFileSync } = require("node:fs");
  for (const file of readdirSync("vectors/op/valid")) {
    const hex = readFileSync(`vectors/op/valid/${file}`, "utf8").trim();
    writeFileSync(`${process.argv[1]}/${file.replace(/hex$/, "cbor")}`, Buffer.from(hex, "hex"));
  }' "$work"

# The first rule of a grammar is its root.
grammar() {
  { printf 'root = %s\n' "$1"; cat docs/spec/cityid.cddl; } > "$work/$1.cddl"
}

checked=0
while read -r rule; do
  grammar "$rule"
  files=()
  for cbor in "$work/$rule"--*.cbor; do
    files+=(--cbor "$cbor")
    checked=$((checked + 1))
  done
  "$tool" --ci validate --cddl "$work/$rule.cddl" "${files[@]}" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  if grep -q 'failed' "$work/log"; then cat "$work/log"; exit 1; fi
done < <(cd vectors/op/valid && ls -- *.hex | sed 's/--.*//' | sort -u)

# A tool that took everything would prove nothing.
updates=("$work"/update--*.cbor)
wrong=${updates[0]}
if "$tool" --ci validate --cddl "$work/register.cddl" --cbor "$wrong" > "$work/log" 2>&1 \
  && ! grep -q 'failed' "$work/log"; then
  echo "an update passed as a register: the check checks nothing"
  exit 1
fi

echo "$checked vectors match docs/spec/cityid.cddl"
