ROOT_URLCONF = "desk.urls"
INSTALLED_APPS = ["desk", "users"]
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache:6379/1"}}
