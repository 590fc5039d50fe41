"""Facts of the cache domain."""
