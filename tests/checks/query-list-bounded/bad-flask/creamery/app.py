from fastapi import FastAPI
from flask import Flask

from creamery.routes import api, pages

app = Flask(__name__)
app.register_blueprint(pages)
service = FastAPI()
service.include_router(api)
