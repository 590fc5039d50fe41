"""Ports: who listens, who publishes, who asks."""
