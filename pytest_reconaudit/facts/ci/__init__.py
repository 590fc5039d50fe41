"""What workflows do, when, and whether they can."""
