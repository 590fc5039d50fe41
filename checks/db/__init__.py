"""Checks of the db domain: one file each, named by the id without the domain."""
