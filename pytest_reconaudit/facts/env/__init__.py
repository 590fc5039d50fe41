"""Environment variables: where each is set, read and built in."""
