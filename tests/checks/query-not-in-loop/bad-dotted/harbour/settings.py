ROOT_URLCONF = "harbour.urls"
INSTALLED_APPS = ["tours", "rest_framework"]
