import os

TOKEN = os.getenv("INTERNAL_TOKEN", "tide-table")
