# To be sourced. `again COMMAND…` does what fetches something, and does it again where it failed: what is wrong stays wrong.
again() {
  "$@" && return
  echo "again: $*" >&2
  sleep 5
  "$@" && return
  echo "once more: $*" >&2
  sleep 30
  "$@"
}
