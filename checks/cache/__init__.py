"""What is cached, for how long, and what makes it stale."""
