"""Facts of the web domain."""
