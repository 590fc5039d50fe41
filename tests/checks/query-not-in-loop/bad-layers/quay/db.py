from databases import Database

database = Database("postgresql://quay@db/quay")


def get_db() -> Database:
    return database
