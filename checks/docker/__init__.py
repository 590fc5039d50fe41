"""Checks of the docker domain: one file each, named by the id without the domain."""
