import os

SECRET_KEY = os.getenv("SECRET_KEY", "---")
INSTALLED_APPS = ["django.contrib.sessions"]
