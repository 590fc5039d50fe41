"""Rust services."""
