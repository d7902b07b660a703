"""Connections, transactions and errors of one SQLite file or of one memory.

In: a path or None. Out: connections inside a transaction.
Never: knows a table. A file has one connection per thread and process; a memory has one, shared under a lock.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from monitor.errors import MonitorError, SettingsInvalid, StoreUnavailable

BUSY_SECONDS = 15.0
"""How long a call waits for another writer: writes of this store are short, its longest is retention."""

_AWAY = {
    sqlite3.SQLITE_BUSY: "another process holds it; try again, and end a process that hangs",
    sqlite3.SQLITE_LOCKED: "another thread holds it; try again",
    sqlite3.SQLITE_READONLY: "it cannot be written; give this user the right to write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that folder and file may be read and written",
    sqlite3.SQLITE_PERM: "it may not be opened; check the rights on folder and file",
    sqlite3.SQLITE_FULL: "the disk is full; make room, then run again",
    sqlite3.SQLITE_IOERR: "the disk answered with an error; check the disk and its free space",
    sqlite3.SQLITE_NOMEM: "memory is short; run again with a smaller run.batch",
    sqlite3.SQLITE_PROTOCOL: "another process holds it; try again",
    sqlite3.SQLITE_INTERRUPT: "the call was interrupted; try again",
}
_DAMAGED = {
    sqlite3.SQLITE_NOTADB: "this file is no SQLite database; choose another store.url or move the file away",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; restore a backup or recover it with `sqlite3 FILE .recover`",
}


@contextmanager
def driver_errors(name: str) -> Iterator[None]:
    """Translate the driver's errors; `name` is the file they are about."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # extended codes carry it in a byte
        if code in _AWAY:
            raise StoreUnavailable(f"store {name}: {_AWAY[code]} ({error})") from error
        if code in _DAMAGED:
            raise SettingsInvalid(f"store {name}: {_DAMAGED[code]} ({error})") from error
        raise MonitorError(f"store {name}: {error}; this is a mistake of the program, please report it") from error


class Database:
    """`check` looks at every new connection of a file before it is used (version, ownership)."""

    def __init__(
        self, path: Path | None, *, check: Callable[[sqlite3.Connection, str], None], busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self.path = path
        self.name = ":memory:" if path is None else str(path)
        self._check = check
        self._busy_seconds = busy_seconds
        self._lock = threading.RLock()
        self._connections: dict[tuple[int, int], sqlite3.Connection] = {}
        self._is_closed = False

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection outside any transaction: every statement sees what is committed."""
        with self._one_at_a_time(), driver_errors(self.name):
            yield self._connection()

    @contextmanager
    def read_at_once(self) -> Iterator[sqlite3.Connection]:
        """Several statements that see one state of the store."""
        with self._one_at_a_time(), driver_errors(self.name), _transaction(self._connection(), "BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all or nothing. Waits for other writers at its start, never in the middle."""
        with (
            self._one_at_a_time(),
            driver_errors(self.name),
            _transaction(self._connection(), "BEGIN IMMEDIATE") as connection,
        ):
            yield connection

    @contextmanager
    def write_durably(self) -> Iterator[sqlite3.Connection]:
        """`write` that is on the disk when it returns: survives a power cut."""
        with self._one_at_a_time(), driver_errors(self.name):
            connection = self._connection()
            connection.execute("PRAGMA synchronous = FULL")
            try:
                with _transaction(connection, "BEGIN IMMEDIATE"):
                    yield connection
            finally:
                connection.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def unchecked(self) -> Iterator[sqlite3.Connection]:
        """A connection to a file that may be new: for creating and migrating. Makes the parent folder."""
        if self.path is not None:
            _make_folder(self.path)
        with self._one_at_a_time(), driver_errors(self.name):
            yield self._connection(check=_accept)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            for (process, _), connection in self._connections.items():
                if process == os.getpid():  # a connection inherited through fork belongs to the parent
                    connection.close()
            self._connections.clear()

    def _one_at_a_time(self) -> AbstractContextManager[object]:
        return self._lock if self.path is None else nullcontext()

    def _connection(self, *, check: Callable[[sqlite3.Connection, str], None] | None = None) -> sqlite3.Connection:
        with self._lock:
            if self._is_closed:
                raise MonitorError(f"store {self.name}: it was closed; make a new one")
            key = (os.getpid(), 0 if self.path is None else threading.get_ident())
            if key not in self._connections:
                self._close_those_of_ended_threads()
                self._connections[key] = self._open(check or self._check)
            return self._connections[key]

    def _close_those_of_ended_threads(self) -> None:
        alive = {thread.ident for thread in threading.enumerate()} | {0}
        for process, ident in list(self._connections):
            if process == os.getpid() and ident not in alive:
                self._connections.pop((process, ident)).close()

    def _open(self, check: Callable[[sqlite3.Connection, str], None]) -> sqlite3.Connection:
        if self.path is not None and check is not _accept and not self.path.exists():
            raise SettingsInvalid(f"store {self.name}: there is no such file yet; run `monitor setup`")
        if self.path is not None and self.path.is_dir():
            raise SettingsInvalid(f"store {self.name}: this is a folder; store.url must name a file in it")
        connection = sqlite3.connect(
            self.name, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
            check(connection, self.name)
        except BaseException:
            connection.close()
            raise
        return connection


def _accept(_connection: sqlite3.Connection, _name: str) -> None:
    """No check: the caller is about to create or migrate."""


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
    connection.execute(begin)
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise SettingsInvalid(f"store {path}: {path.parent} is no folder; choose another store.url") from error
    except OSError as error:
        raise StoreUnavailable(f"store {path}: its folder cannot be made; make {path.parent} ({error})") from error
