"""Checks of the ci domain: one file each, named by the id without the domain."""
