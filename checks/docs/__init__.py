"""What documents claim against what is there."""
