from environs import Env

env = Env()
CUSTOM_DOMAIN = env("EXPORTS_CUSTOM_DOMAIN", None)
BUCKET = env.str("EXPORTS_BUCKET", default=None)
PORT = env.int("PORT")
