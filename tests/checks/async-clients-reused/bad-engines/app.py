import os

import psycopg2
from flask import Flask, jsonify
from sqlalchemy import create_engine, text

app = Flask(__name__)


def open_connection():
    return psycopg2.connect(os.environ["DATABASE_URL"])


@app.get("/seats")
def seats():
    connection = open_connection()
    cursor = connection.cursor()
    cursor.execute("SELECT id FROM seats LIMIT 50")
    return jsonify(cursor.fetchall())


@app.get("/rows")
def rows():
    engine = create_engine(os.environ["DATABASE_URL"])
    with engine.connect() as connection:
        return jsonify(connection.execute(text("SELECT count(*) FROM rows")).scalar())
