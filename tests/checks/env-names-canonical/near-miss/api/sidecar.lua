local url = os.getenv("CACHE_URL")
