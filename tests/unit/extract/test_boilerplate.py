"""What is taken for page furniture, and what only looks like it."""

from __future__ import annotations

import time

import pytest

from monitor.extract.boilerplate import remove_boilerplate

PROSE = "The mayor said the boats would run in winter."


@pytest.mark.parametrize(
    "line",
    [
        "Connect with us",
        "Hi, what are you looking for?",
        "US News",
        "via Harbour Radio",
        "Photo: Ada Lind/Coast Agency",
        "By Ada Lind and Olof Ek",
        "Advertisement",
        "ADVERTISEMENT",
        "Story continues below advertisement",
        "» Share",
        "5 min read",
        "Updated Mon., March 2, 2026 at 3:04 p.m. ET",
        "Trending: Seal steals the mayor's hat",
        "RELATED: Ten walks along the shore",
        "Lesen Sie auch: Zehn Wege am Ufer",
        "Most Popular: Ten Walks Along The Shore",
        "This article was originally published at The Island Wire.",
        "This story first appeared in Coast Daily and is republished with permission.",
        "The post Ferry vote appeared first on Harbour Post.",
        "Sign up for our free newsletter!",
        "Subscribe to the Morning Tide newsletter",
        "Get the day's headlines delivered to your inbox.",
        "By subscribing you agree to our terms.",
        "We use cookies to improve your visit.",
        "© 2026 Harbour Post",
        "Follow us on Instagram and never miss a boat.",
        "Click here to read the full list.",
    ],
)
def test_furniture_goes(line: str) -> None:
    assert remove_boilerplate([PROSE, line, PROSE]) == [PROSE, PROSE]


@pytest.mark.parametrize(
    "line",
    [
        "The most popular leader in the region, she won again.",
        "Most popular among voters was the promise of a ferry.",
        "Related: the court also rejected a second appeal by the islanders.",
        "Trending downwards, the currency lost a tenth of its value on Monday.",
        "Share prices fell by a third after the vote.",
        "This article of the treaty was never ratified.",
        "By Friday the army had left the town.",
        "Published in 2019, the report found that aid had dropped.",
        "First published in 1949, the novel was banned for decades.",
        "Subscribers to the pension fund will be paid in full.",
        "Sign the treaty now, the minister told parliament.",
        "Follow-up talks are planned for May.",
        "“Subscribe to our newsletter,” the ad said, and millions did.",
        "“Most Popular”",
        "Breaking: the president says he will resign.",
        "Via the northern route, aid can reach the town in two days.",
        "More from the minister is expected on Tuesday, when parliament meets again.",
        "The minister (related to the mayor by marriage) declined to comment.",
        "Get out of the war, he told them.",
        "Copyright law must change, the court held.",
        "Video showed troops leaving the base.",
        "What are you looking for in a president? Honesty, most said.",
        "The latest from the front: two villages were lost.",
    ],
)
def test_prose_stays(line: str) -> None:
    assert remove_boilerplate([line]) == [line]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (f"{PROSE} (Trending: Seal steals the mayor’s hat)", PROSE),
        (f"{PROSE} [READ MORE: Ten walks] It rained.", f"{PROSE} It rained."),
        (f"{PROSE} This article was originally published by The Island Wire. It rained.", f"{PROSE} It rained."),
        (f"{PROSE} Sign up here for our weekly newsletter.", PROSE),
        (f"{PROSE} […]", PROSE),
        (f"{PROSE} Continue reading…", PROSE),
        (f"{PROSE} Most Popular: Ten Walks Along The Shore Why The Herring Came Back", PROSE),
        (f"Connect with us Hi, what are you looking for? {PROSE}", PROSE),
    ],
)
def test_furniture_inside_a_line_goes_alone(line: str, left: str) -> None:
    assert remove_boilerplate([line]) == [left]


def test_a_list_of_headlines_goes_with_its_heading() -> None:
    lines = [
        PROSE,
        "You May Also Like",
        "Ten walks along the shore",
        "Why did the herring come back?",
        "Seal steals hat",
    ]
    assert remove_boilerplate(lines) == [PROSE]


def test_prose_after_a_list_of_headlines_stays() -> None:
    assert remove_boilerplate([PROSE, "Related stories", "Ten walks along the shore", PROSE]) == [PROSE, PROSE]


def test_a_quotation_after_a_list_heading_stays() -> None:
    quote = "“We will never give up the ferry,” she said."
    assert remove_boilerplate(["Most read", quote]) == [quote]


def test_the_title_repeated_at_the_head_goes_and_later_stays() -> None:
    lines = ["Ferry vote passes", PROSE, PROSE, PROSE, "Ferry vote passes"]
    assert remove_boilerplate(lines, title="Ferry Vote Passes") == lines[1:]


def test_lines_of_ones_own_go_in_any_case() -> None:
    assert remove_boilerplate(
        ["YOU ARE READING the free edition.", PROSE], own=["You are reading the free edition"]
    ) == [PROSE]


@pytest.mark.parametrize(
    "piece", ["(", "(Trending: ", "a ", "By A, ", "published 1 ", "via A/", "— ", "sign up for ", "’"]
)
def test_long_hostile_lines_take_no_longer_than_their_length(piece: str) -> None:
    started = time.process_time()
    remove_boilerplate([(piece * 200_000)[:200_000]])
    assert time.process_time() - started < 3
