"""Facts of the load domain."""
