"""Checks of the compose domain: one file each, named by the id without the domain."""
