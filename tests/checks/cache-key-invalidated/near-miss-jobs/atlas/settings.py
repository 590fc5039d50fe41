ROOT_URLCONF = "atlas.urls"
INSTALLED_APPS = ["regions", "insights"]
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache:6379/1"}}
KEPT = 60 * 60 * 24
