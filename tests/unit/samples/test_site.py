"""The sample site serves every format of feed, real pages, and the failures that the monitor has to live with."""

import json
from calendar import timegm
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import aiohttp
import feedparser
import pytest

from samples.news import Failure, Publisher, load_news
from samples.pages import render_page
from samples.site import SampleSite, write_files

NEWS = load_news()
READABLE = [p for p in NEWS.publishers if p.fails not in {Failure.HTTP500, Failure.HTML_INSTEAD_OF_FEED}]
XML_FEEDS = [p for p in READABLE if p.feed_name == "feed.xml"]
VERSIONS = {"rss2": "rss20", "rss1": "rss10", "rss091": "rss091u", "atom": "atom10"}
EDITED = "elvik-post/elvik-skelvik-terminal"


def _key(publisher: Publisher) -> str:
    return publisher.key


@pytest.fixture
async def site() -> AsyncIterator[SampleSite]:
    site = SampleSite(day=10)
    await site.start()
    yield site
    await site.stop()


@pytest.fixture
async def http(site: SampleSite) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(site.base_url + "/") as session:
        yield session


async def _read(http: aiohttp.ClientSession, path: str) -> bytes:
    async with http.get(path) as response:
        assert response.status == 200, path
        return await response.read()


async def _entries(http: aiohttp.ClientSession, publisher: Publisher) -> list[dict[str, Any]]:
    feed = await _read(http, f"{publisher.key}/{publisher.feed_name}")
    if publisher.feed_name == "feed.json":
        return list(json.loads(feed)["items"])
    return list(feedparser.parse(feed).entries)


@pytest.mark.parametrize("publisher", XML_FEEDS, ids=_key)
async def test_each_xml_feed_is_of_the_format_it_claims(http: aiohttp.ClientSession, publisher: Publisher) -> None:
    feed = feedparser.parse(await _read(http, f"{publisher.key}/feed.xml"))
    assert not feed.bozo
    assert feed.version == VERSIONS[publisher.feed_format]


async def test_the_json_feed_is_of_version_1_1(http: aiohttp.ClientSession) -> None:
    feed = json.loads(await _read(http, "elvik-post/feed.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"


def test_all_five_formats_are_in_use() -> None:
    assert {p.feed_format for p in READABLE} == {"rss2", "rss1", "rss091", "atom", "jsonfeed"}


@pytest.mark.parametrize("day", [1, 5, 10])
@pytest.mark.parametrize("publisher", READABLE, ids=_key)
async def test_a_feed_holds_what_was_published_up_to_the_day(
    site: SampleSite, http: aiohttp.ClientSession, publisher: Publisher, day: int
) -> None:
    site.day = day
    entries = await _entries(http, publisher)
    assert [e["title"] for e in entries] == [a.title for a in NEWS.articles_of(publisher, day=day)]


@pytest.mark.parametrize("publisher", READABLE, ids=_key)
async def test_entries_carry_the_summary_or_the_full_text(http: aiohttp.ClientSession, publisher: Publisher) -> None:
    newest = NEWS.articles_of(publisher, day=10)[0]
    text = (await _read(http, f"{publisher.key}/{publisher.feed_name}")).decode()
    last_words = newest.body_on(10)[-1].split("&")[0][-40:]
    assert (last_words in text) == (publisher.feed_carries == "fulltext")


@pytest.mark.parametrize("publisher", [p for p in XML_FEEDS if p.feed_format != "rss091"], ids=_key)
async def test_dates_of_entries_are_those_of_the_articles(http: aiohttp.ClientSession, publisher: Publisher) -> None:
    newest = NEWS.articles_of(publisher, day=10)[0]
    entry = (await _entries(http, publisher))[0]
    moment = entry.get("published_parsed") or entry["updated_parsed"]
    assert datetime.fromtimestamp(timegm(moment), tz=UTC) == newest.published_at


@pytest.mark.parametrize("publisher", [p for p in READABLE if p.fails is None], ids=_key)
async def test_every_link_of_a_feed_leads_to_a_page_with_the_whole_text(
    http: aiohttp.ClientSession, publisher: Publisher
) -> None:
    entries = await _entries(http, publisher)
    for entry, article in zip(entries, NEWS.articles_of(publisher, day=10), strict=True):
        page = (await _read(http, entry.get("link") or entry["url"])).decode()
        assert page.startswith("<!DOCTYPE html>")
        assert all(escape(paragraph) in page for paragraph in article.body_on(10))
        assert all(escape(line) in page for line in article.bottom)


async def test_a_known_etag_is_answered_with_304(http: aiohttp.ClientSession) -> None:
    for path in ("inland-press/feed.xml", "elvik-post/feed.json", EDITED):
        async with http.get(path) as first:
            etag = first.headers["ETag"]
        async with http.get(path, headers={"If-None-Match": etag}) as second:
            assert (second.status, await second.read()) == (304, b"")


async def test_a_known_date_is_answered_with_304(http: aiohttp.ClientSession) -> None:
    async with http.get("alden-ledger/feed.xml") as first:
        seen = first.headers["Last-Modified"]
    async with http.get("alden-ledger/feed.xml", headers={"If-Modified-Since": seen}) as second:
        assert second.status == 304


async def test_an_old_etag_gets_the_feed_of_the_new_day(site: SampleSite, http: aiohttp.ClientSession) -> None:
    site.day = 9
    async with http.get("inland-press/feed.xml") as first:
        seen = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
    site.day = 10
    async with http.get("inland-press/feed.xml", headers=seen) as second:
        assert second.status == 200


async def test_one_feed_fails_and_one_is_a_web_page(http: aiohttp.ClientSession) -> None:
    async with http.get("coastal-chronicle/feed.xml") as broken:
        assert broken.status == 500
    async with http.get("selgrad-monitor/feed.xml") as page:
        assert (page.status, page.content_type) == (200, "text/html")
        assert not feedparser.parse(await page.read()).entries


async def test_the_pages_of_one_feed_are_gone(http: aiohttp.ClientSession) -> None:
    publisher = NEWS.publisher("northline-radio")
    entries = await _entries(http, publisher)
    assert len(entries) == 5
    for entry in entries:
        assert entry["content"][0]["value"].count("<p>") > 1
        async with http.get(entry["link"]) as response:
            assert response.status == 404


async def test_the_edit_shows_from_its_day_on(site: SampleSite, http: aiohttp.ClientSession) -> None:
    added = b"signed a contract to buy gas from Korvia again"
    site.day = 8
    assert added not in await _read(http, EDITED)
    async with http.get(EDITED) as before:
        seen = {"If-None-Match": before.headers["ETag"], "If-Modified-Since": before.headers["Last-Modified"]}
    site.day = 9
    async with http.get(EDITED, headers=seen) as after:
        assert after.status == 200
        assert added in await after.read()
    assert added in await _read(http, "elvik-post/feed.json")


async def test_an_article_of_a_later_day_is_not_there_yet(site: SampleSite, http: aiohttp.ClientSession) -> None:
    site.day = 5
    async with http.get("inland-press/inland-orvane-lorrenz") as response:
        assert response.status == 404


async def test_the_index_names_every_feed(site: SampleSite, http: aiohttp.ClientSession) -> None:
    index = (await _read(http, site.base_url + "/")).decode()
    assert len(site.feed_urls()) == len(NEWS.publishers)
    assert all(url in index for url in site.feed_urls())


async def test_unknown_publishers_and_pages_are_not_found(http: aiohttp.ClientSession) -> None:
    for path in ("nobody/feed.xml", "inland-press/nothing", "elvik-post/feed.xml"):
        async with http.get(path) as response:
            assert response.status == 404


@pytest.mark.parametrize("day", [0, 11])
def test_a_day_outside_the_ten_is_refused(day: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 10"):
        SampleSite(day=day)


async def test_a_site_can_be_stopped_twice() -> None:
    site = SampleSite(day=1)
    await site.start()
    await site.stop()
    await site.stop()


@pytest.mark.parametrize("publisher", XML_FEEDS, ids=_key)
def test_written_feeds_link_to_written_pages(tmp_path: Path, publisher: Publisher) -> None:
    write_files(tmp_path, 10)
    feed = feedparser.parse((tmp_path / publisher.key / "feed.xml").read_bytes())
    assert len(feed.entries) == len(NEWS.articles_of(publisher, day=10))
    for entry in feed.entries:
        page = Path(unquote(urlsplit(entry.link).path))
        assert page.is_file() == (publisher.fails is not Failure.PAGE404)


def test_written_files_fail_where_the_site_fails(tmp_path: Path) -> None:
    urls = write_files(tmp_path, 10)
    missing = [url for url in urls if not Path(unquote(urlsplit(url).path)).exists()]
    assert [urlsplit(url).path.split("/")[-2] for url in missing] == ["coastal-chronicle"]
    assert (tmp_path / "selgrad-monitor" / "feed.xml").read_text().startswith("<!DOCTYPE html>")


def test_writing_the_files_twice_changes_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, 10)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    write_files(tmp_path, 10)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == first


async def test_a_promotion_stands_in_the_middle_of_the_text(site: SampleSite) -> None:
    article = next(a for a in NEWS.articles if a.id == "lantern-quiet-shift")
    page = render_page(article, news=NEWS, day=1, addresses=site._addresses)
    before, after = page.split("(Trending: ")
    assert article.body[1].split(",")[0] in before
    assert article.body[-1].split("'")[0] in after


async def test_titles_and_texts_are_escaped(http: aiohttp.ClientSession) -> None:
    feed = await _read(http, "alden-ledger/feed.xml")
    root = ET.fromstring(feed)
    content = root.findall(".//{http://www.w3.org/2005/Atom}content")
    assert all((element.text or "").startswith("<p>") for element in content)
