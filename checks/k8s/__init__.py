"""Checks of the k8s domain: one file each, named by the id without the domain."""
