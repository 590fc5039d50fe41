import os

# A bearer token holds no space, so this one is never sent.
INTERNAL_TOKEN = os.getenv("INTERNAL_TOKEN", "not found")
