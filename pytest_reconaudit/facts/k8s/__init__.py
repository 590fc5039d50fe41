"""Kubernetes: render sets, references, workloads, autoscalers."""
