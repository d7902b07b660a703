"""The whole room, through a real worker process."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.extract import Extractor, make_extractor
from monitor.extract.article import extract_article
from monitor.models import ArticleState
from monitor.settings.model import ExtractSettings
from tests.unit.extract.jobs import SEEN_AT, Extract, make_job
from tests.unit.extract.pages import FEED_TEXT, FIRST, FURNISHED, SECOND, THIRD, article_page

PLAIN = f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
TITLE = "Harbour council votes on the new ferry line"


def test_text_is_the_title_then_the_paragraphs(extract: Extract) -> None:
    assert extract(make_job(article_page())).article.text == f"{TITLE}\n\n{PLAIN}"


def test_every_passage_lies_where_its_offsets_say(extract: Extract) -> None:
    result = extract(make_job(article_page()))
    assert [p.index for p in result.passages] == list(range(len(result.passages)))
    assert all(result.article.text[p.start : p.end] == p.text for p in result.passages)


def test_the_title_is_the_first_passage(extract: Extract) -> None:
    assert extract(make_job(article_page())).passages[0].text == TITLE


def test_the_same_job_gives_the_same_passages(extract: Extract) -> None:
    assert extract(make_job(FURNISHED)) == extract(make_job(FURNISHED))


def test_a_revision_has_passages_of_its_own(extract: Extract) -> None:
    job = make_job(article_page())
    again = replace(job, article=replace(job.article, revision=1))
    assert not {p.id for p in extract(job).passages} & {p.id for p in extract(again).passages}


@pytest.mark.parametrize(
    "furniture",
    [
        "Connect with us",
        "looking for?",
        "Harbour Radio",
        "originally published",
        "permission to republish",
        "syndication",
        "Trending",
        "Seal steals",
        "newsletter",
        "READ MORE",
        "Lighthouse keeper",
        "Most Popular",
        "Ten walks",
        "herring",
        "You May Also Like",
        "Quiz",
        "Copyright",
    ],
)
def test_page_furniture_is_in_no_text(extract: Extract, furniture: str) -> None:
    assert furniture not in extract(make_job(FURNISHED)).article.text


def test_furniture_leaves_the_prose_around_it(extract: Extract) -> None:
    text = extract(make_job(FURNISHED)).article.text
    assert "The boats will carry bicycles too." in text
    assert PLAIN in text


def test_furniture_in_the_feed_content_goes_too(extract: Extract) -> None:
    result = extract(make_job(content=f"<p>Follow us</p>{FEED_TEXT}<p>Most Read</p><p>Ten walks</p>", problem="gone"))
    assert result.article.text == f"{TITLE}\n\n{PLAIN}"


# ---------------------------------------------------------------- falling back


def test_without_a_page_the_feed_serves_and_says_so(extract: Extract) -> None:
    result = extract(make_job(content=FEED_TEXT, problem="page could not be had (404)"))
    assert result.article.text == f"{TITLE}\n\n{PLAIN}"
    assert result.article.reason == "page could not be had (404); the feed's own text serves"


def test_a_page_without_text_falls_back_to_the_feed(extract: Extract) -> None:
    wall = (
        b"<html><head><title>x</title></head><body><div id='app'></div><p>Please enable JavaScript.</p></body></html>"
    )
    result = extract(make_job(wall, content=FEED_TEXT))
    assert "ferry line between" in result.article.text
    assert "too little text" in result.article.reason


def test_a_teaser_page_gives_way_to_the_longer_feed(extract: Extract) -> None:
    teaser = f"<html><body><article><h1>{TITLE}</h1><p>{FIRST}</p></article></body></html>".encode()
    result = extract(make_job(teaser, content=FEED_TEXT))
    assert THIRD in result.article.text
    assert "less text" in result.article.reason


def test_a_full_page_wins_over_a_summary(extract: Extract) -> None:
    result = extract(make_job(article_page(), summary="<p>The council voted.</p>"))
    assert result.article.reason == ""


def test_a_title_alone_is_kept(extract: Extract) -> None:
    result = extract(make_job(problem="page could not be had (410)"))
    assert result.article.state is ArticleState.EXTRACTED
    assert [p.text for p in result.passages] == [TITLE]
    assert "the title alone serves" in result.article.reason


def test_nothing_at_all_is_set_aside_with_its_reason(extract: Extract) -> None:
    result = extract(make_job(title="", problem="page could not be had (404)"))
    assert result.article.state is ArticleState.SET_ASIDE
    assert "404" in result.article.reason
    assert result.passages == ()


def test_a_plain_text_summary_keeps_its_lines(extract: Extract) -> None:
    result = extract(make_job(summary=f"{FIRST}\n{THIRD} &amp; more.", problem="none"))
    assert result.article.text == f"{TITLE}\n\n{FIRST}\n\n{THIRD} & more."


# ---------------------------------------------------------------- hostile pages


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html><body><p " + b"a='1' " * 100_000 + b">x</p></body></html>", "attributes"),
        (b"<html><body>" + b"<div>" * 100_000 + b"x", "nests more than"),
        (b"<html><body>" + b"<p>x</p>" * 2_000_000, "over the limit"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200, "no HTML|too little text"),
    ],
    ids=["attributes", "nesting", "size", "binary"],
)
def test_a_hostile_page_is_refused_and_the_feed_serves(extract: Extract, body: bytes, reason: str) -> None:
    started = time.monotonic()
    result = extract(make_job(body, content=FEED_TEXT))
    assert any(part in result.article.reason for part in reason.split("|"))
    assert PLAIN in result.article.text
    assert time.monotonic() - started < 10


def test_a_page_that_takes_too_long_is_ended_and_the_feed_serves(extract: Extract) -> None:
    links = b"".join(b"<li><a href='/a%d'>some words of a link</a></li>" % i for i in range(150_000))
    result = extract(make_job(b"<html><body><ul>" + links + b"</ul></body></html>", content=FEED_TEXT))
    assert PLAIN in result.article.text
    assert "over its limit of CPU seconds" in result.article.reason or "took longer than" in result.article.reason


def test_hostile_markup_in_the_feed_leaves_the_title(extract: Extract) -> None:
    result = extract(make_job(content="<div>" * 50_000 + "x", problem="gone"))
    assert result.article.text == TITLE


def test_broken_markup_still_gives_its_text(extract: Extract) -> None:
    body = f"<html><body><article><p>{FIRST}<p>{SECOND}</b></i><div><p>{THIRD}</span>".encode()
    text = extract(make_job(body)).article.text
    assert all(part in text for part in (FIRST, SECOND, THIRD))


def test_a_long_text_is_cut_with_a_note() -> None:
    line = "<p>The council of ward {0} met on day {0} and agreed to mend the quay before the winter storms.</p>"
    job = make_job(article_page(*(line.format(i) for i in range(2_000))))
    result = extract_article(job, ExtractSettings(max_text_chars=5_000, max_passages=10))
    assert len(result.article.text) <= 5_000
    assert len(result.passages) == 10
    assert "the text was cut at" in result.article.reason
    assert "only the first 10 passages" in result.article.reason


def test_results_come_in_the_order_of_the_jobs(extractor: Extractor) -> None:
    jobs = [make_job(title=f"Council meets for the {n}th time") for n in range(4, 10)]
    found = list(extractor.extract(jobs))
    assert [result.article.title for result in found] == [job.entry.title for job in jobs]


def test_closing_twice_is_safe(extractor: Extractor) -> None:
    spare = make_extractor(ExtractSettings())
    spare.close()
    spare.close()
    assert extractor is not spare


# ---------------------------------------------------------------- what it says about itself


@pytest.mark.parametrize(
    ("encoding", "charset", "meta"),
    [
        ("utf-8", "", ""),
        ("utf-8", "iso-8859-1", ""),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "", "<meta charset='windows-1252'>"),
        ("cp1252", "no-such-charset", "<meta charset='windows-1252'>"),
        ("utf-16", "", ""),
    ],
)
def test_umlauts_survive_whatever_the_server_says(extract: Extract, encoding: str, charset: str, meta: str) -> None:
    page = article_page("<p>Der Bürgermeister sprach über Fähren nach Öland.</p>", head=meta).decode()
    text = extract(make_job(page.encode(encoding), charset=charset)).article.text
    assert "Der Bürgermeister sprach über Fähren nach Öland." in text


def test_the_entrys_date_wins(extract: Extract) -> None:
    at = SEEN_AT - timedelta(hours=3)
    page = article_page(head="<meta property='article:published_time' content='2026-02-27T10:00:00Z'>")
    assert extract(make_job(page, published_at=at)).article.published_at == at


def test_without_one_the_pages_date_serves(extract: Extract) -> None:
    page = article_page(head="<meta property='article:published_time' content='2026-02-27T10:00:00+01:00'>")
    assert extract(make_job(page)).article.published_at == datetime(2026, 2, 27, 9, tzinfo=UTC)


@pytest.mark.parametrize("at", [SEEN_AT + timedelta(days=3), datetime(1970, 1, 1, tzinfo=UTC)])
def test_a_date_that_cannot_be_is_none(extract: Extract, at: datetime) -> None:
    assert extract(make_job(article_page(), published_at=at)).article.published_at is None


def test_authors_come_from_the_page_when_the_feed_names_none(extract: Extract) -> None:
    page = article_page(head="<meta name='author' content='Ida Berg'>")
    assert extract(make_job(page)).article.authors == ("Ida Berg",)
    assert extract(make_job(page, authors=("Olof Ek",))).article.authors == ("Olof Ek",)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("https://www.example.org/2026/ferry#top", "https://www.example.org/2026/ferry"),
        ("/2026/ferry", "https://news.example.org/2026/ferry"),
        ("https://thief.example.net/ferry", "https://news.example.org/local/ferry-vote"),
        ("https://news.example.org/", "https://news.example.org/local/ferry-vote"),
        ("javascript:alert(1)", "https://news.example.org/local/ferry-vote"),
        ("http://[broken", "https://news.example.org/local/ferry-vote"),
    ],
)
def test_a_canonical_link_is_believed_on_its_own_domain_only(extract: Extract, claim: str, expected: str) -> None:
    page = article_page(head=f"<link rel='canonical' href='{claim}'>")
    assert extract(make_job(page)).article.canonical_url == expected


def test_the_language_is_that_of_the_text_not_of_the_claim(extract: Extract) -> None:
    assert extract(make_job(article_page(language="de"), language="fr")).article.language == "en"


def test_a_short_text_takes_the_feeds_word_for_its_language(extract: Extract) -> None:
    result = extract(make_job(title="Taifun Bualoi", language="de-AT", problem="gone"))
    assert result.article.language == "de"


def test_what_others_own_is_left_alone(extract: Extract) -> None:
    job = make_job(article_page())
    after = extract(job).article
    kept = ("id", "url", "publisher", "first_seen_at", "feed_url", "revision")
    assert [getattr(after, name) for name in kept] == [getattr(job.article, name) for name in kept]


def test_control_characters_and_lone_surrogates_do_no_harm(extract: Extract) -> None:
    result = extract(
        make_job(title="Ferry\x00 vote \ud800passes in the\u2028 council", content="<p>\x0bYes.\udfff</p>")
    )
    assert result.article.text == "Ferry vote passes in the council\n\nYes."
    assert [p.text for p in result.passages] == ["Ferry vote passes in the council", "Yes."]
