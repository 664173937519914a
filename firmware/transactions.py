"""SQLite's transactions as this kit makes them: whole, in turn with other writers, or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def immediate(connection: sqlite3.Connection) -> Iterator[sqlite3.Cursor]:
    """A cursor whose changes are committed at the end of the block, or undone where it raises.

    connection: one without transactions of its own (isolation_level None).
    """
    cursor = connection.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    try:
        yield cursor
        cursor.execute("COMMIT")
    finally:
        if connection.in_transaction:
            cursor.execute("ROLLBACK")
