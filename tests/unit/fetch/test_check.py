"""`monitor feeds check` over whatever is given to it."""

from __future__ import annotations

from pathlib import Path

from monitor.fetch import check_sources
from monitor.fetch.http import HttpFetcher
from tests.unit.fetch.loopback import RSS, Server


def test_a_folder_gives_one_result_for_each_file_in_order(tmp_path: Path, fetcher: HttpFetcher) -> None:
    (tmp_path / "sub").mkdir()
    files = {"a.xml": RSS, "b.bin": b"\0\1\2", "c.json": b"{}", "sub/d.html": b"<html></html>", "sub/e": b""}
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    checked = check_sources([str(tmp_path)], fetcher)
    assert [one.source for one in checked] == [str(tmp_path / name) for name in files]
    assert [one.ok for one in checked] == [True, False, False, False, False]
    assert all(one.reason for one in checked[1:])
    assert [entry.title for entry in checked[0].entries] == ["First & best", "Second"]


def test_a_list_gives_one_result_for_each_feed(tmp_path: Path, server: Server, fetcher: HttpFetcher) -> None:
    good, bad = server.gives("/good", RSS), server.gives("/bad", b"", status=404)
    path = tmp_path / "feeds.yaml"
    path.write_text(f"feeds:\n  - url: {bad}\n  - url: {good}\n")
    opml = tmp_path / "list.xml"
    opml.write_text(f'<opml version="2.0"><body><outline type="rss" xmlUrl="{good}"/></body></opml>')
    checked = check_sources([str(path), str(opml)], fetcher)
    assert [(one.source, one.ok) for one in checked] == [(bad, False), (good, True), (good, True)]


def test_each_source_answers_for_itself(tmp_path: Path, server: Server, fetcher: HttpFetcher) -> None:
    (tmp_path / "broken.yaml").write_text("feeds: [")
    (tmp_path / "feed.xml").write_bytes(RSS)
    sources = [str(tmp_path / "missing"), str(tmp_path / "broken.yaml"), "http://[", str(tmp_path / "feed.xml"), "a\0b"]
    checked = check_sources(sources, fetcher)
    assert [one.ok for one in checked] == [False, False, False, True, False]
    assert all(one.reason for one in checked if not one.ok)


def test_the_same_source_twice_gives_two_results(tmp_path: Path, fetcher: HttpFetcher) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(RSS)
    assert len(check_sources([str(path), path.as_uri()], fetcher)) == 2
