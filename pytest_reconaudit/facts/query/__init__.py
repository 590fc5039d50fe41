"""Facts of the query domain."""
