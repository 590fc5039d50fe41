"""Checks on a live system: what it counted, and what runs full."""
