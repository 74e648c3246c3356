#!/usr/bin/env bash
# One live ledger, judged by what nobody here wrote: Go's sumdb, Tessera's fsck, two verifiers of tlog-proof, sigstore's,
# a COSE library, and the crate ics23. Needs Rust, and Go 1.27 or a Python with venv, which brings one.
# `check-proofs.sh 70000` says how many operations the ledger has; the checks of tiles need more than 65 536 entries.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/outside/go.sh

tools=$PWD/.cache/proofs/bin
mkdir -p "$tools"
go_1_27

# The name of the release is the name of its file, so that a new version is fetched when it changes here.
tessera=v1.0.4
if [ ! -e "$tools/fsck-$tessera" ]; then
  GOBIN=$tools again go install "github.com/transparency-dev/tessera/cmd/fsck@$tessera"
  mv "$tools/fsck" "$tools/fsck-$tessera"
fi
ln -sf "fsck-$tessera" "$tools/fsck"
(cd test/go && again go build -o "$tools/check" .)
(cd scripts/outside/go && again go build -o "$tools/receipts" .)
CARGO_TARGET_DIR=.cache/proofs/target again cargo build --quiet --locked --manifest-path scripts/outside/ics23/Cargo.toml
ln -sf ../target/debug/cityid-ics23 "$tools/cityid-ics23"

timeout --kill-after 30 1500 node scripts/outside/main.mjs "$tools" "${1:-70000}"
