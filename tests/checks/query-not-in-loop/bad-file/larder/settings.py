from pathlib import Path

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path.home() / ".larder" / "larder.sqlite3",
    }
}
