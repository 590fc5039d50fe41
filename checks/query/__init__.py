"""What database queries a request makes."""
