"""Refuses keys without their header."""

HEADER = "-----BEGIN PRIVATE KEY-----"
PATTERN = r"AKIA[0-9A-Z]{16}"
SAMPLE = "AKIAIOSFODNN7EXAMPLE"
