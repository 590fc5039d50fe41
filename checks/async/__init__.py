"""What blocks or breaks an asynchronous runtime."""
