"""From documents to entries, in this process: what the worker does."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import FeedUnreadable
from monitor.fetch.items import ParsedFeed, ParseJob
from monitor.fetch.parse import parse_feed
from tests.unit.fetch.loopback import NOW, RSS


def parse(body: bytes | str, **changes: object) -> ParsedFeed:
    raw = body if isinstance(body, bytes) else body.encode()
    job = {"feed_url": "https://news.example/feed", "base_url": "https://news.example/rss/feed", "body": raw}
    return parse_feed(ParseJob(**{**job, "max_entries": 100, "now": NOW, **changes}))  # type: ignore[arg-type]


def rss(items: str, head: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{head}{items}</channel></rss>'


def test_an_atom_feed_is_read_with_its_base_and_longest_content() -> None:
    (entry,) = parse("""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>T</title>
        <entry xml:base="https://other.example/deep/"><id>urn:1</id><title type="text">Is 1 &lt; 2?</title>
        <link href="a?b=1"/><updated>2026-11-19T10:00:00Z</updated><summary>short</summary>
        <content type="html">&lt;p&gt;long &lt;a href="c" onclick="x()"&gt;text&lt;/a&gt;&lt;/p&gt;</content>
        <author><name>Ana Ruiz</name></author><author><name>Bo Li</name></author></entry></feed>""").entries
    assert entry.url == "https://other.example/deep/a?b=1"
    assert entry.title == "Is 1 < 2?"
    assert entry.summary == "short"
    assert entry.content == '<p>long <a href="https://other.example/deep/c">text</a></p>'
    assert entry.authors == ("Ana Ruiz", "Bo Li")
    assert entry.published_at == entry.updated_at == datetime(2026, 11, 19, 10, tzinfo=UTC)
    assert entry.language == "de"


@pytest.mark.parametrize("version", ["https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1"])
def test_a_json_feed_is_read(version: str) -> None:
    row = {
        "id": 7, "url": "/a/7", "title": "Tom & <b>", "content_text": "1 < 2",
        "date_published": "2026-11-19T10:00:00+02:00",
        "author": {"name": "Ana"}, "tags": 3,
    }  # fmt: skip
    (entry,) = parse(json.dumps({"version": version, "title": "T", "language": "en", "items": [row, "odd"]})).entries
    assert (entry.guid, entry.url, entry.title) == ("7", "https://news.example/a/7", "Tom & <b>")
    assert entry.content == "1 &lt; 2"
    assert entry.published_at == datetime(2026, 11, 19, 8, tzinfo=UTC)
    assert (entry.authors, entry.language) == (("Ana",), "en")


@pytest.mark.parametrize("body", ["{", "[]", "{}", '{"items": 3}', "[" * 100_000, '{"items": [1', "{\udcff"])
def test_json_that_is_no_feed_is_unreadable(body: str) -> None:
    with pytest.raises(FeedUnreadable, match="JSON"):
        parse(body.encode("utf-8", "surrogateescape"))


def test_xml_that_is_no_feed_is_unreadable() -> None:
    with pytest.raises(FeedUnreadable, match="no feed"):
        parse("<?xml version='1.0'?><note><to>you</to></note>")


def test_an_ill_formed_feed_keeps_its_entries_with_a_warning() -> None:
    parsed = parse(RSS.split(b"</channel>", maxsplit=1)[0])
    assert len(parsed.entries) == 2
    assert any("ill-formed" in line for line in parsed.warnings)


def test_a_feed_with_no_entries_is_a_feed() -> None:
    assert parse(rss("")).entries == ()


def test_a_body_that_names_a_file_is_not_opened() -> None:
    with pytest.raises(FeedUnreadable):
        parse("/etc/passwd")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_encoding_is_used(encoding: str) -> None:
    text = rss("<item><title>Café ¼</title></item>").replace("?>", f' encoding="{encoding}"?>')
    assert parse(text.encode(encoding)).entries[0].title == "Café ¼"


def test_a_wrong_charset_from_the_server_does_not_spoil_the_text() -> None:
    text = rss("<item><title>Café – déjà vu</title></item>").encode()
    assert parse(text, charset="iso-8859-1").entries[0].title == "Café – déjà vu"
    assert parse(text, charset="no-such-charset").entries[0].title == "Café – déjà vu"


def test_the_servers_charset_counts_where_the_bytes_allow_it() -> None:
    text = rss("<item><title>Ведомости</title></item>").encode("windows-1251")
    assert parse(text, charset="windows-1251").entries[0].title == "Ведомости"


def test_a_repeated_guid_gives_each_entry_its_own_id_in_any_order() -> None:
    one, two, three = (f"<item><guid>g</guid><link>http://x.example/{n}</link></item>" for n in "123")
    there = {entry.url: entry.id for entry in parse(rss(one + two + three)).entries}
    back = {entry.url: entry.id for entry in parse(rss(three + two + one)).entries}
    assert len(set(there.values())) == 3
    assert there == back


def test_items_alike_in_everything_are_numbered() -> None:
    ids = [entry.id for entry in parse(rss("<item><title>same</title></item>" * 3)).entries]
    assert len(set(ids)) == 3


def test_the_id_stays_when_the_text_changes_and_the_hash_does_not() -> None:
    (before,) = parse(rss("<item><guid>g</guid><title>old</title></item>")).entries
    (after,) = parse(rss("<item><guid>g</guid><title>new</title></item>")).entries
    assert before.id == after.id
    assert before.content_hash != after.content_hash


@pytest.mark.parametrize("date", ["Mon, 01 Jan 2035 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_date_that_cannot_be_is_dropped_with_a_warning(date: str) -> None:
    parsed = parse(rss(f"<item><title>x</title><pubDate>{date}</pubDate></item>"))
    assert parsed.entries[0].published_at is None
    assert any("cannot be true" in line for line in parsed.warnings)


def test_a_date_of_tomorrow_stays_as_a_claim() -> None:
    parsed = parse(rss("<item><title>x</title><pubDate>Sat, 21 Nov 2026 12:00:00 GMT</pubDate></item>"))
    assert parsed.entries[0].published_at == datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "link",
    ["file:///etc/passwd", "FILE:/etc/passwd", "javascript:alert(1)", "http://x.example/" + "a" * 3_000, "data:,x"],
)
def test_a_link_that_must_not_be_followed_is_dropped_and_the_entry_kept(link: str) -> None:
    parsed = parse(rss(f"<item><guid isPermaLink='false'>g</guid><title>x</title><link>{link}</link></item>"))
    assert parsed.entries[0].url == ""
    assert parsed.warnings


def test_xml_base_cannot_point_a_network_feed_at_our_files() -> None:
    parsed = parse("""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="file:///etc/"><title>T</title>
        <entry><id>1</id><title>x</title><link href="passwd"/></entry></feed>""")
    assert parsed.entries[0].url == ""


def test_a_feed_in_a_file_may_link_to_files_beside_it() -> None:
    parsed = parse(
        rss("<item><title>x</title><link>a.html</link></item>"),
        feed_url="file:///news/feed.xml",
        base_url="file:///news/feed.xml",
    )
    assert parsed.entries[0].url == "file:///news/a.html"


def test_more_entries_than_allowed_are_cut_with_a_warning() -> None:
    parsed = parse(rss("".join(f"<item><title>{n}</title></item>" for n in range(30))), max_entries=10)
    assert len(parsed.entries) == 10
    assert "30 entries" in parsed.warnings[0]


def test_the_users_language_wins_over_the_feeds() -> None:
    assert parse(RSS, language="fr").entries[0].language == "fr"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, len(RSS)), st.integers(0, len(RSS)))
def test_whatever_comes_there_are_entries_or_a_reason(noise: bytes, start: int, end: int) -> None:
    with suppress(FeedUnreadable):
        parsed = parse(RSS[:start] + noise + RSS[end:])
        assert len({entry.id for entry in parsed.entries}) == len(parsed.entries)


@pytest.mark.parametrize("name", [b"\x80", b"\0", b"no-such", b"base64", b"rot13", b"hex", b"idna", b"undefined"])
def test_a_declared_encoding_that_is_none_loses_no_entry(name: bytes) -> None:
    assert len(parse(RSS.replace(b'"utf-8"', b'"' + name + b'"')).entries) == 2
