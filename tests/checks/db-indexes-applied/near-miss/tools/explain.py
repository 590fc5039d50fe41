"""Explains plans.

CREATE INDEX idx_docstring ON players (nick);
"""


def explain() -> str:
    """CREATE INDEX idx_inner ON players (nick)"""
    return "EXPLAIN ANALYZE SELECT 1"
