"""Checks of the env domain: one file each, named by the id without the domain."""
