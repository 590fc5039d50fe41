"""Facts of the asynchronous domain."""
