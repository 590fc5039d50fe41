"""What shell scripts do when something goes wrong, and what they need to run at all."""
