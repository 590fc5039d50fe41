"""Checks of the deploy domain: one file each, named by the id without the domain."""
