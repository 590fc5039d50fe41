ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["catalog"]
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache:6379/1"}}
