"""Facts of the docs domain."""
