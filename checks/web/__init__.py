"""Browser applications."""
