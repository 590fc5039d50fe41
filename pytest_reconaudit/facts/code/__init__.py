"""Source code across files: what scans found, which function a call means, what runs per request."""
