import logging

logger = logging.getLogger(__name__)


def apply_migrations(database, files):
    for file in files:
        try:
            database.execute(file.read_text())
        except Exception as error:
            if "already exists" in str(error):
                logger.info("skipped %s", file)
            else:
                raise
