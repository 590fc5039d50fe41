"""Dockerfiles, their builds and contexts."""
