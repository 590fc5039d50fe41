"""The built-in checks, one folder a domain, one check a file."""
