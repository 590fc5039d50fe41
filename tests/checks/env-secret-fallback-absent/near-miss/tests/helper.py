import os

KEY = os.getenv("SESSION_SECRET", "for-the-tests")
