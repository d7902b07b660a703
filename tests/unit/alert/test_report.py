from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from monitor.alert.findings import merge_verdicts
from monitor.alert.report import ReportData, StoryArticles, render_report
from monitor.alert.timeline import MAX_STACK, lay_out
from monitor.models import FeedHealth, Grade, Review, Stage
from tests.unit.alert.sample import (
    NOW,
    POSITION,
    STORY,
    article,
    denial,
    feed,
    feed_state,
    grown,
    judged,
    one_finding,
    reported,
)

COPY = article(2, publisher="paper-y.example", copy_of="article-1", minutes=5)
STATES = [feed_state("agency-x", FeedHealth.OK), feed_state("gazette", FeedHealth.FAILING, "answered 503")]
DATA = ReportData(
    generated_at=NOW + timedelta(hours=1),
    stories=[StoryArticles(story=replace(STORY, article_count=14, publisher_count=3), articles=[COPY, article(1)])],
    positions=[POSITION],
    findings=merge_verdicts({}, [judged(copies=1), reported(article(4, minutes=-60)), denial()], now=NOW),
    feeds=[feed("agency-x"), feed("gazette")],
    feed_states={state.url: state for state in STATES},
    backlog={Stage.JUDGE: 12},
)
HOSTILE = '"><script>alert(1)</script>\u202e\n<img src=x onerror=y>'
VOID = {"meta", "input", "br", "link", "img", "hr"}


class Page(HTMLParser):
    """Collects tags, and what is opened but not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("</style>")[1]).split())


def test_the_page_is_well_formed_and_needs_no_network_and_no_script() -> None:
    html = render_report(DATA)
    page = Page(html)
    assert page.open == []
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in page.tags}
    assert "url(" not in html
    assert "@import" not in html
    assert not [attrs for _, attrs in page.tags if "src" in attrs]


def test_both_sentences_and_the_origin_line_are_there() -> None:
    text = words(render_report(DATA))
    assert POSITION.statement in text
    assert "the levy on grain exports will not stay beyond" in text
    assert "14 articles, 3 independent publishers, earliest: agency-x.example, 3 Mar 2026, 08:12 UTC" in text


def test_feeds_in_trouble_stand_first_with_their_reason() -> None:
    text = words(render_report(DATA)).split("Those in trouble stand first")[1]
    assert text.index("Gazette failing : answered 503") < text.index("Agency-X")


def test_every_table_names_its_columns_and_rows() -> None:
    page = Page(render_report(DATA))
    heads = [attrs for tag, attrs in page.tags if tag == "th"]
    assert heads
    assert all(attrs.get("scope") in ("row", "col") for attrs in heads)


def test_headings_go_down_one_step_at_a_time() -> None:
    levels = [int(tag[1]) for tag, _ in Page(render_report(DATA)).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_hostile_words_stay_words() -> None:
    story = replace(STORY, title=HOSTILE, summary=HOSTILE)
    hostile = replace(article(), title=HOSTILE, url="javascript:x", publisher=HOSTILE)
    data = ReportData(
        generated_at=NOW,
        stories=[StoryArticles(story=story, articles=[hostile])],
        positions=[replace(POSITION, holder=HOSTILE, topic=HOSTILE, statement=HOSTILE)],
        findings=[one_finding(judged(hostile, text=HOSTILE, speaker=HOSTILE))],
        feeds=[replace(feed("a"), title=HOSTILE)],
    )
    html = render_report(data)
    page = Page(html)
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert not [link for _, attrs in page.tags if (link := attrs.get("href")) and link.startswith("javascript")]
    assert "\u202e" not in html


def test_a_storys_events_are_listed_with_their_days() -> None:
    told = {"title": "Levee <breaks>", "opened_at": "2025-03-01T08:00:00+00:00", "last_at": "2025-03-04T08:00:00+00:00"}
    story = replace(DATA.stories[0], threads=[{**told, "articles": 2}])
    html = render_report(replace(DATA, stories=[story]))
    assert "Levee &lt;breaks&gt;" in html
    assert "1 Mar 2025 to 4 Mar 2025 · 2 articles" in html
    assert Page(html).open == []


def test_a_denied_report_is_shown_with_its_denial() -> None:
    text = words(render_report(DATA))
    assert "Jonas Aske denies it: unnamed sources had said the opposite." in text
    assert text.count("The denial") == 1


def test_an_empty_report_says_so() -> None:
    text = words(render_report(ReportData(generated_at=NOW)))
    assert "None so far." in text
    assert "Nothing waits" in text


def test_dismissed_findings_stand_apart_and_are_not_counted() -> None:
    data = replace(DATA, findings=[grown(one_finding(), review=Review.DISMISSED)])
    text = words(render_report(data))
    assert "1 finding that an analyst dismissed" in text
    assert "0 of" not in text
    assert re.search(r"likely findings 0", text)


def test_findings_on_withdrawn_positions_are_counted_not_hidden() -> None:
    assert "3 findings on positions that are no longer in the seeds" in words(
        render_report(replace(DATA, positions=[]))
    )


def test_support_lies_above_the_axis_and_contradiction_below() -> None:
    line = lay_out(POSITION, DATA.findings, until=NOW)
    assert line is not None
    assert all((mark.y < line.axis_y) == mark.is_match for mark in line.marks)
    assert [turn.label for turn in line.reversals] == ["reversed by successor"]


def test_marks_of_one_time_are_stacked_and_what_does_not_fit_is_counted() -> None:
    items = [judged(article(n, publisher=f"{n}.example")) for n in range(MAX_STACK + 3)]
    line = lay_out(POSITION, merge_verdicts({}, items, now=NOW), until=NOW)
    assert line is not None
    assert len({(mark.x, mark.y) for mark in line.marks}) == MAX_STACK
    assert line.hidden == 3


def test_copies_are_not_drawn() -> None:
    line = lay_out(POSITION, merge_verdicts({}, [judged(), judged(COPY)], now=NOW), until=NOW)
    assert line is not None
    assert len(line.marks) == 1


@pytest.mark.parametrize("days", [0, 1, 10, 400, 8_000])
def test_the_axis_holds_any_span_with_few_ticks(days: int) -> None:
    items = [judged(article(1)), judged(article(2, minutes=days * 1440), grade=Grade.POSSIBLE)]
    line = lay_out(POSITION, merge_verdicts({}, items, now=NOW), until=NOW)
    assert line is not None
    assert 1 <= len(line.ticks) <= 10
    assert all(line.left <= mark.x <= line.right for mark in line.marks)
