"""Load test scripts against the application that they load."""
