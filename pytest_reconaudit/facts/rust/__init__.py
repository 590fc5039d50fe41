"""Facts of the rust domain."""
