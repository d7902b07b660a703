"""The list of feeds: YAML or OPML."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import SettingsInvalid
from monitor.settings import read_feeds

OPML = """<?xml version="1.0"?><opml version="2.0"><head/><body>
<outline text="News"><outline type="rss" text="One" xmlUrl="https://one.example/feed"/></outline>
<outline type="rss" text="Two" xmlUrl="https://two.example/feed"/></body></opml>"""


def test_the_shipped_list_holds_at_least_twenty_feeds() -> None:
    assert len(read_feeds(Path("config/feeds.yaml"))) >= 20


def test_a_url_that_stands_twice_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text("feeds:\n  - url: https://a.example/f\n  - url: https://a.example/f\n")
    assert [feed.url for feed in read_feeds(path)] == ["https://a.example/f"]


def test_opml_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(OPML)
    assert [(f.title, f.url) for f in read_feeds(path)] == [
        ("One", "https://one.example/feed"),
        ("Two", "https://two.example/feed"),
    ]


def test_a_wrong_scheme_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text("feeds:\n  - url: ftp://a.example/f\n")
    with pytest.raises(SettingsInvalid, match=r"feeds\.yaml:2: feeds\.0\.url: must begin with"):
        read_feeds(path)


def test_html_in_place_of_opml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text("<html><body>sorry</body>")
    with pytest.raises(SettingsInvalid, match="is not OPML"):
        read_feeds(path)
