#!/usr/bin/env bash
# Witnessing with software that nobody here wrote, both ways: litewitness (Go) cosigns our checkpoints, and a log of
# Tessera (Go) has its own cosigned by our node. Needs ssh-agent, and Go 1.27 or a Python with venv, which brings one.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/outside/go.sh

cache=$PWD/.cache/witness
tools=$cache/bin
mkdir -p "$cache"

# The name of a release is the name of its file, so that a new version is fetched when it changes here.
torchwood=v0.10.0
tessera=v1.0.4
stamp=$cache/$torchwood-$tessera
if [ ! -e "$stamp" ]; then
  go_1_27
  GOBIN=$tools again go install "filippo.io/torchwood/cmd/litewitness@$torchwood"
  GOBIN=$tools again go install "github.com/transparency-dev/tessera/cmd/examples/posix-oneshot@$tessera"
  touch "$stamp"
fi

node scripts/check-witness.mjs "$tools"
