#!/bin/sh
set -e
pip install -r requirements.txt
alembic upgrade head
