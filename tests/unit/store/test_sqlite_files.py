"""Files that are missing, foreign, damaged, newer, older, locked, full or read-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from monitor.errors import MonitorError, SettingsInvalid, StoreTooNew, StoreUnavailable
from monitor.store.sqlite.migrate import Migration, migrate, migrations
from monitor.store.sqlite.store import SqliteStore
from tests.builders import article, at, delivered, feed_state


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "monitor.db"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteStore]:
    store = SqliteStore.in_file(file, busy_seconds=0.05)
    store.prepare()
    yield store
    store.close()


def prepare(file: Path) -> None:
    store = SqliteStore.in_file(file)
    try:
        store.prepare()
    finally:
        store.close()


def test_maintenance_gives_the_room_of_deleted_articles_back(file: Path, store: SqliteStore) -> None:
    for number in range(1, 60):
        store.record_poll(feed_state(), [delivered(number)])
        store.save_extracted([article(number, text="word " * 2_000)], [])
    store.maintain()
    full = file.stat().st_size
    assert store.delete_before(at(1_000)) == 59
    assert any("given back" in line for line in store.maintain())
    assert file.stat().st_size < full / 2
    assert store.maintain() == []


def test_a_store_that_was_never_prepared_says_what_to_do(file: Path) -> None:
    with pytest.raises(SettingsInvalid, match="monitor setup"):
        SqliteStore.in_file(file).counts()
    assert not file.exists()


def test_a_newer_file_is_refused_with_both_versions(file: Path, store: SqliteStore) -> None:
    with store._database.write() as connection:
        connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(StoreTooNew, match=rf"{file}.*version 99.*knows {migrations()[-1].number}"):
        prepare(file)
    with pytest.raises(StoreTooNew, match="version 99"):
        SqliteStore.in_file(file).counts()


@pytest.mark.parametrize("content", [b"this is no database at all, " * 100, b"\x89PNG\r\n" + bytes(5_000)])
def test_a_file_that_is_no_database_is_refused_and_left_alone(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(SettingsInvalid, match=rf"{file}.*no SQLite database"):
        prepare(file)
    assert file.read_bytes() == content


def test_another_programs_database_is_refused_and_left_alone(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(SettingsInvalid, match="another program"):
        prepare(file)
    assert file.read_bytes() == before


def test_a_damaged_database_says_how_to_recover(file: Path, store: SqliteStore) -> None:
    store.record_poll(feed_state(), [delivered(n, text="x" * 5_000) for n in range(50)])
    store.close()
    content = bytearray(file.read_bytes())
    content[4_096:] = b"\xff" * (len(content) - 4_096)
    file.write_bytes(content)
    with pytest.raises(SettingsInvalid, match=r"damaged.*recover"):
        SqliteStore.in_file(file).counts()


def test_an_empty_file_becomes_a_store(file: Path) -> None:
    file.touch()
    prepare(file)
    assert SqliteStore.in_file(file).counts().articles == 0


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="folder"):
        prepare(tmp_path)


def test_a_file_is_no_folder_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsInvalid, match="no folder"):
        prepare(tmp_path / "file" / "monitor.db")


def test_a_folder_that_cannot_be_made_is_named() -> None:
    with pytest.raises(StoreUnavailable, match="/proc/no-such"):
        prepare(Path("/proc/no-such/monitor.db"))


def test_a_locked_file_is_unavailable(file: Path, store: SqliteStore) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match=rf"{file}.*another process"):
        store.record_poll(feed_state(), [])
    assert store.counts().articles == 0  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    store.record_poll(feed_state(), [])


def test_a_full_disk_is_unavailable_and_leaves_what_was_there(store: SqliteStore) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    with store._database.read() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreUnavailable, match="disk is full"):
        store.record_poll(feed_state(), [delivered(n, text="x" * 5_000) for n in range(2, 20)])
    assert store.counts().articles == 1
    with store._database.read() as connection:
        connection.execute("PRAGMA max_page_count = 100000")
    store.record_poll(feed_state(), [delivered(2)])
    assert store.counts().articles == 2


def test_a_store_that_may_not_be_written_is_unavailable(store: SqliteStore) -> None:
    with store._database.read() as connection:
        connection.execute("PRAGMA query_only = ON")  # what a read-only file answers, also to root
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        store.record_poll(feed_state(), [])


def test_a_closed_store_says_so(store: SqliteStore) -> None:
    store.close()
    store.close()
    with pytest.raises(MonitorError, match="closed"):
        store.counts()


def test_connections_of_ended_threads_are_closed(store: SqliteStore) -> None:
    for _ in range(10):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(store.counts).result()
    assert len(store._database._connections) <= 3


def test_a_file_of_this_version_opens_without_a_step(file: Path, store: SqliteStore) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    store.close()
    again = SqliteStore.in_file(file)
    assert again.prepare() == []
    assert again.article("article-0001") == article(1)
    again.close()


def test_a_file_of_the_version_before_is_migrated_with_what_it_holds(file: Path, store: SqliteStore) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    number = migrations()[-1].number + 1
    later = [*migrations(), Migration(number=number, name="mood", sql="ALTER TABLE feeds ADD COLUMN mood TEXT;\n")]
    with store._database.unchecked() as connection:
        assert migrate(connection, str(file), to=later) == [f"store {file}: {number} mood"]
        assert migrate(connection, str(file), to=later) == []
        assert connection.execute("SELECT count(mood), count(*) FROM feeds").fetchone()[:] == (0, 1)


def test_a_migration_that_fails_leaves_the_version_before(file: Path, store: SqliteStore) -> None:
    number = migrations()[-1].number
    broken = Migration(
        number=number + 1, name="broken", sql="ALTER TABLE feeds ADD COLUMN mood TEXT;\nALTER TABLE nothing ADD a;\n"
    )
    with pytest.raises(MonitorError, match="nothing"), store._database.unchecked() as connection:
        migrate(connection, str(file), to=[*migrations(), broken])
    with store._database.read() as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == number
        assert "mood" not in [row["name"] for row in connection.execute("PRAGMA table_info(feeds)")]


def test_stores_prepared_at_once_become_one(file: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(prepare, [file] * 6))
    assert SqliteStore.in_file(file).counts().articles == 0


def test_migrations_are_numbered_without_gaps() -> None:
    assert [each.number for each in migrations()] == list(range(1, len(migrations()) + 1))
