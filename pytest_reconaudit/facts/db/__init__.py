"""Migrations, schemas, indexes, and the state of a database."""
