#!/usr/bin/env bash
# The same fuzzed blocks on Node 20, 22 and 24 must give the same map roots. `scripts/determinism.sh 100000` (blocks; 2000)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/outside/again.sh
blocks=${1:-2000}
said=""
for version in 20 22 24; do
  again npm install --silent --no-save --no-audit --no-fund --prefix ".cache/node-$version" "node@$version"
  for seed in 1 2; do
    line=$(".cache/node-$version/node_modules/.bin/node" scripts/determinism.mjs --blocks "$blocks" --seed "$seed" 2>".cache/determinism.log") \
      || { cat .cache/determinism.log; exit 1; }
    printf 'Node %s, seed %s: %s\n' "$version" "$seed" "$line"
    said+="$seed $line"$'\n'
  done
done
# One line for each seed, whatever the version.
[ "$(printf '%s' "$said" | sort -u | wc -l)" = 2 ] || { echo "the versions differ"; exit 1; }
