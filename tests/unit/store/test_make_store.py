"""Which store a URL names."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import SettingsInvalid
from monitor.settings import StoreSettings
from monitor.store import make_store
from tests.builders import at


def test_a_path_names_a_file_and_its_folder_is_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "a b?c=1#.db"
    store = make_store(StoreSettings(url=f"sqlite:{file}"))
    assert not file.exists()
    assert store.prepare() == [f"store {file}: 1 initial"]
    store.close()
    assert file.read_bytes().startswith(b"SQLite format 3")


def test_two_memories_are_two_stores() -> None:
    one, other = (make_store(StoreSettings(url="sqlite::memory:")) for _ in range(2))
    one.prepare()
    other.prepare()
    one.acquire_lease("x", owner="a", now=at(0), until=at(5))
    assert other.acquire_lease("x", owner="b", now=at(0), until=at(5))


@pytest.mark.parametrize("url", ["sqlite:", "sqlite:  ", "sqlite:a\0b"])
def test_a_url_without_a_path_is_refused_by_name(url: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"store\.url"):
        make_store(StoreSettings(url=url))
