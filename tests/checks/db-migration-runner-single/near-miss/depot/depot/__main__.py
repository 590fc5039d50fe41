import os

from depot.embedded import started
from depot.ledger_store import keep

engine = started()
keep(os.environ["LEDGERS_DSN"])
