"""Specialised linters that the user asked for with ``--recon-with``."""
