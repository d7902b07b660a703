from __future__ import annotations

import random
import time
from dataclasses import replace

from monitor.cluster import make_clusterer
from monitor.cluster.base import Clusterer
from monitor.settings.model import ClusterSettings
from tests.unit.cluster.invented import as_memo, make_item, write_text

CHANCE = random.Random(4)
WIRE = write_text(CHANCE, "flood", "Arvena", "Mira Tanno", sentences=14)
OTHER = write_text(CHANCE, "flood", "Arvena", "Mira Tanno", sentences=14)
FOOTER = "Sign up to our newsletter and never miss a story from the valley. All rights are reserved by us."


def test_a_syndicated_text_is_a_copy_of_the_earliest_and_joins_its_story(clusterer: Clusterer) -> None:
    first, second, third = clusterer.assign([make_item(f"c{i}", f"Flood title {i}", WIRE, hours=i) for i in range(3)])
    assert (second.copy_of, third.copy_of) == ("c0", "c0")
    assert {second.story_id, third.story_id} == {first.story_id}
    assert first.is_new_story
    assert not second.is_new_story


def test_another_report_of_the_same_event_is_no_copy(clusterer: Clusterer) -> None:
    _, second = clusterer.assign([make_item("a", "Flood", WIRE), make_item("b", "Flood", OTHER, hours=1)])
    assert second.copy_of == ""


def test_a_text_that_was_cut_to_a_third_is_still_found(clusterer: Clusterer) -> None:
    short = WIRE[: len(WIRE) // 3]
    _, second = clusterer.assign([make_item("a", "Flood", WIRE), make_item("b", "Water", short, hours=1)])
    assert second.copy_of == "a"


def test_passages_of_a_copy_are_novel_only_where_it_adds_something(clusterer: Clusterer) -> None:
    new = "The minister resigned over the broken levee on Friday night, her office confirmed."
    old = WIRE.split(". ")[2] + "."
    edited = old.replace("said", "never said")
    copy = make_item("b", "Flood", f"{WIRE} {new} {edited}", hours=1, passages=(old, new, edited))
    origin = make_item("a", "Flood", WIRE, passages=(old,))
    first, second = clusterer.assign([origin, copy])
    assert first.novel_passages == (True,)
    assert second.novel_passages == (False, True, True)


def test_a_sentence_that_a_second_copy_brought_is_not_novel_in_the_third(clusterer: Clusterer) -> None:
    new = "The minister resigned over the broken levee on Friday night, her office confirmed."
    items = [make_item("a", "Flood", WIRE)]
    items += [make_item(i, "Flood", f"{WIRE} {new}", hours=1, passages=(new,)) for i in ("b", "c")]
    _, second, third = clusterer.assign(items)
    assert (second.novel_passages, third.novel_passages) == ((True,), (False,))


def test_a_publishers_footer_does_not_make_copies(clusterer: Clusterer) -> None:
    texts = [
        write_text(CHANCE, subject, place, "Ilse Karden", sentences=3)
        for subject, place in zip(
            ["flood", "strike", "trial", "launch", "merger", "outbreak"],
            ["Gellin", "Istmar", "Kestrin", "Lumeta", "Farrow", "Eskala"],
            strict=True,
        )
    ]
    footer = " ".join([FOOTER, *(f"Read our rules number {i} about comments below the line." for i in range(3))])
    long = [
        write_text(CHANCE, s, p, "Tomas Reeve", sentences=40) for s, p in (("trial", "Jorvel"), ("strike", "Belkor"))
    ]
    long.append(write_text(CHANCE, "launch", "Dornfeld", "Odran Vell", sentences=40))
    warm_up = [make_item(f"w{i}", "", f"{t} {footer}", publisher="p") for i, t in enumerate(long)]
    brief = [make_item(f"b{i}", "", f"{t} {footer}", publisher="p", hours=1) for i, t in enumerate(texts)]
    assert [d.copy_of for d in clusterer.assign([*warm_up, *brief])] == [""] * 9


def test_headlines_alone_are_copies_only_when_they_are_the_same(clusterer: Clusterer) -> None:
    titles = [
        "Court frees Grist after appeal",
        "Court Frees Grist After Appeal!",
        "Court frees Grist after long appeal",
    ]
    decisions = clusterer.assign([make_item(f"h{i}", t, "") for i, t in enumerate(titles)])
    assert [d.copy_of for d in decisions] == ["", "h0", ""]


def test_an_edited_article_is_counted_once_and_keeps_its_story(clusterer: Clusterer) -> None:
    item = make_item("a", "Flood", WIRE)
    first = clusterer.assign([item])[0]
    for turn in range(10):
        text = f"{WIRE} Update {turn}: the levee holds."
        edit = clusterer.assign([make_item("a", "Flood", text, hours=turn)])[0]
        assert (edit.story_id, edit.copy_of, edit.is_new_story) == (first.story_id, "", False)
    follow = clusterer.assign([make_item("b", "Flood", OTHER, hours=11)])[0]
    assert [n["articles"] for n in follow.why["nearest"]] == [1]


def test_copies_of_one_text_cost_no_more_as_they_pile_up(clusterer: Clusterer) -> None:
    text = WIRE[:600]
    base = make_item("x", "Flood", text)
    seconds = []
    for block in range(4):
        started = time.process_time()
        decisions = clusterer.assign([replace(base, id=f"{block}-{i}") for i in range(200)])
        seconds.append(time.process_time() - started)
        assert {d.copy_of for d in decisions[1:]} == {"0-0"}
    assert seconds[3] < 2.5 * seconds[0] + 0.2


def test_headlines_that_stand_in_the_text_too_are_no_copies_of_each_other(clusterer: Clusterer) -> None:
    titles = ["Court frees Grist after appeal in Farrow", "Court frees Grist after appeal, prosecutors protest"]
    decisions = clusterer.assign([make_item(f"h{i}", t, f"{t}\n\n") for i, t in enumerate(titles)])
    assert [d.copy_of for d in decisions] == ["", ""]


def _sentences(text: str) -> list[str]:
    return [f"{part}." for part in text.removesuffix(".").split(". ")]


def test_a_heavy_rewriting_that_keeps_the_opening_is_a_copy(clusterer: Clusterer) -> None:
    other = _sentences(write_text(CHANCE, "flood", "Gellin", "Ilse Karden", sentences=14))
    rewritten = " ".join([*_sentences(WIRE)[:4], *other[4:]])
    decisions = clusterer.assign([make_item("a", "Flood", WIRE), make_item("b", "Water", rewritten, hours=1)])
    assert decisions[1].copy_of == "a"
    assert decisions[1].why["jaccard"] < 0.25


def test_a_report_that_borrows_paragraphs_but_opens_in_its_own_words_is_no_copy(clusterer: Clusterer) -> None:
    borrowing = " ".join([*_sentences(OTHER)[:9], *_sentences(WIRE)[-5:]])
    decisions = clusterer.assign([make_item("a", "Flood", WIRE), make_item("b", "Flood", borrowing, hours=1)])
    assert decisions[1].copy_of == ""


def test_a_text_made_of_two_reports_copies_the_one_whose_opening_it_keeps(clusterer: Clusterer) -> None:
    joined = " ".join([*_sentences(WIRE)[:4], *_sentences(OTHER)[4:11]])
    items = [make_item("o", "Flood", OTHER), make_item("a", "Flood", WIRE), make_item("b", "Flood", joined, hours=1)]
    assert clusterer.assign(items)[2].copy_of == "a"


def test_a_report_does_not_join_copies_through_the_one_that_borrowed_from_it(clusterer: Clusterer) -> None:
    joined = " ".join([*_sentences(WIRE)[:8], *_sentences(OTHER)[2:9]])
    texts = [WIRE, WIRE.replace("said", "says"), joined, OTHER]
    decisions = clusterer.assign([make_item(f"c{i}", "Flood", text, hours=i) for i, text in enumerate(texts)])
    assert [d.copy_of for d in decisions] == ["", "c0", "c0", ""]


def test_a_masthead_that_is_not_learnt_yet_makes_no_copies(clusterer: Clusterer) -> None:
    masthead = "The Valley Courier brings you news from all of the towns along the river every morning and night."
    strike = write_text(CHANCE, "strike", "Belkor", "Tomas Reeve", sentences=14)
    items = [make_item(f"m{i}", "", f"{masthead} {text}", hours=i) for i, text in enumerate((WIRE, strike))]
    assert [d.copy_of for d in clusterer.assign(items)] == ["", ""]


def test_an_extract_from_the_middle_of_a_long_text_is_a_copy_of_it(clusterer: Clusterer) -> None:
    long = write_text(CHANCE, "trial", "Jorvel", "Tomas Reeve", sentences=60)
    extract = " ".join(_sentences(long)[30:38])
    decisions = clusterer.assign([make_item("a", "Trial", long), make_item("b", "Court", extract, hours=1)])
    assert decisions[1].copy_of == "a"


def test_a_rebuilt_clusterer_still_knows_how_texts_opened(clusterer: Clusterer) -> None:
    other = _sentences(write_text(CHANCE, "flood", "Gellin", "Ilse Karden", sentences=14))
    first = make_item("a", "Flood", WIRE)
    rebuilt = make_clusterer(ClusterSettings())
    rebuilt.recall([as_memo(first, clusterer.assign([first])[0])])
    rewritten = make_item("b", "Water", " ".join([*_sentences(WIRE)[:4], *other[4:]]), hours=1)
    assert [d.copy_of for d in (*rebuilt.assign([rewritten]), *clusterer.assign([rewritten]))] == ["a", "a"]


def test_a_body_of_two_megabytes_is_copied_too_and_leaves_a_small_memo(clusterer: Clusterer) -> None:
    big = write_text(CHANCE, "trial", "Jorvel", "Tomas Reeve", sentences=400) * 60
    first, second = clusterer.assign([make_item(f"b{i}", "Trial", big, hours=i) for i in range(2)])
    assert len(big) > 2_000_000
    assert second.copy_of == "b0"
    assert len(first.memo) < 50_000
