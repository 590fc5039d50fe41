from flask import Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def create_app():
    from kennel.rest import dogs

    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql+psycopg://db/kennel"
    db.init_app(app)
    app.register_blueprint(dogs)
    return app
