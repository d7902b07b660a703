"""Bring a file to this program's version, one numbered script after the other.

In: a connection. Out: a line per step. The scripts are `migrations/mNNN_*.sql`, never changed once published;
the file's version stands in `user_version`, and `application_id` tells our files from other programs'.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from monitor.errors import SettingsInvalid, StoreTooNew

APPLICATION_ID = 0x4E4D6F6E
"""`NMon` in ASCII."""
WAL_TRIES = 50
"""Times 0.1 s: the switch to WAL does not honour the busy timeout when two processes create one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    number: int
    name: str
    sql: str


@cache
def migrations() -> tuple[Migration, ...]:
    """The published scripts, in order."""
    folder = resources.files("monitor.store.sqlite") / "migrations"
    scripts = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return tuple(
        Migration(number=int(file.name[1:4]), name=file.name[5:-4], sql=file.read_text("utf-8")) for file in scripts
    )


def check_version(connection: sqlite3.Connection, name: str) -> None:
    """Refuse a file of another program, of a newer version, or one that is not yet migrated."""
    _refuse_foreign(connection, name)
    known = migrations()[-1].number
    if (version := _version(connection)) > known:
        raise _too_new(name, version, known)
    if version < known:
        raise SettingsInvalid(
            f"store {name}: it has version {version}, this program needs {known}; run `monitor setup`"
        )


def migrate(connection: sqlite3.Connection, name: str, *, to: Sequence[Migration]) -> list[str]:
    """Run what is missing of `to`, each script in its own transaction. Raises `StoreTooNew`."""
    _refuse_foreign(connection, name)
    if (version := _version(connection)) > to[-1].number:
        raise _too_new(name, version, to[-1].number)
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts in a file without tables alone
    _use_wal(connection)
    done = [f"store {name}: {step.number} {step.name}" for step in to if _run(connection, step)]
    if done:
        connection.execute("PRAGMA optimize")
    return done


def _run(connection: sqlite3.Connection, step: Migration) -> bool:
    """True when this call ran it, False when it was there already, perhaps by another process a moment ago."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version < step.number:
            for statement in _statements(step.sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step.number:d}")  # pragmas take no parameters
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return version < step.number


def _statements(sql: str) -> Iterator[str]:
    """Statements one by one (`executescript` would commit in between); triggers hold semicolons of their own."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _use_wal(connection: sqlite3.Connection) -> None:
    for _ in range(WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.1)
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL")


def _refuse_foreign(connection: sqlite3.Connection, name: str) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    is_empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if application != APPLICATION_ID and not (application == 0 and is_empty):
        raise SettingsInvalid(f"store {name}: this is another program's database; choose another store.url")


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _too_new(name: str, version: int, known: int) -> StoreTooNew:
    return StoreTooNew(
        f"store {name}: it was written by version {version} of the store, this program knows {known}; "
        "update News Monitor or choose another store.url"
    )
