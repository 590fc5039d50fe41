"""What a live database says of itself, joined with where the repository makes each thing."""
