"""Compose stacks: merged models, what they name, what their servers read."""
