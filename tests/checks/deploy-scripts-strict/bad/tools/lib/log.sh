# Sourced by the other tools.
log_step() {
  printf '\n== %s\n' "$*"
}
