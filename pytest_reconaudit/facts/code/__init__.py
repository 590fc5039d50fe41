"""Source code across files: what scans found, which function a call means, what a request runs."""
