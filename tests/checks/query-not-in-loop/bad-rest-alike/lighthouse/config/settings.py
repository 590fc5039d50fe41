INSTALLED_APPS = ["rest_framework", "lighthouse.register", "lighthouse.tours"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "lighthouse"}}
REST_FRAMEWORK = {
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 100,
}
