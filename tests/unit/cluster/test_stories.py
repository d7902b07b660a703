from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cluster import make_clusterer
from monitor.cluster.base import AnalystWord, Clusterer, Item, SeedItem, final_stories
from monitor.cluster.merging import MergeModel
from monitor.cluster.metrics import measure_stories
from monitor.cluster.one_pass import OnePassClusterer
from monitor.errors import SettingsInvalid
from monitor.settings.model import ClusterSettings
from tests.unit.cluster.invented import DIM, as_memo, embed, make_item, write_stream, write_text

FLOOD = "The river in Arvena broke the levee and boats rescued people from flooded homes, Mira Tanno said."


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_invented_stories_are_found_again(clusterer: Clusterer, seed: int) -> None:
    stream = write_stream(seed)
    decisions = clusterer.assign([item for _, item in stream])
    found = measure_stories([label for label, _ in stream], [d.story_id for d in decisions])
    assert found["b3"] >= 0.95
    assert found["pair_precision"] >= 0.95


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.integers(1, 55), stretch=st.sampled_from([1.0, 12.0]))
def test_a_rebuilt_clusterer_decides_as_the_one_that_never_stopped(seed: int, cut: int, stretch: float) -> None:
    items = [item for _, item in write_stream(seed, stories=12, articles=5)]
    first = items[0].at
    items = [replace(item, at=first + (item.at - first) * stretch) for item in items]
    steady, stopped = make_clusterer(ClusterSettings()), make_clusterer(ClusterSettings())
    expected = steady.assign(items)
    before = stopped.assign(items[:cut])
    rebuilt = make_clusterer(ClusterSettings())
    rebuilt.recall([as_memo(item, decision) for item, decision in zip(items[:cut], before, strict=True)])
    rebuilt.restore(stopped.dump())
    assert [*before, *rebuilt.assign(items[cut:])] == expected
    assert rebuilt.dump() == steady.dump()


def test_a_story_without_articles_for_longer_than_the_window_takes_no_more(clusterer: Clusterer) -> None:
    chance = random.Random(1)
    texts = [write_text(chance, "flood", "Arvena", "Mira Tanno") for _ in range(3)]
    days = [
        make_item(f"d{i}", "Flood in Arvena", t, hours=24 * d)
        for i, (t, d) in enumerate(zip(texts, (0, 6, 13.5), strict=True))
    ]
    one, two, three = clusterer.assign(days)
    assert one.story_id == two.story_id
    assert three.is_new_story


def test_one_absurd_date_does_not_retire_live_stories(clusterer: Clusterer) -> None:
    chance = random.Random(1)
    flood = [
        make_item(f"f{i}", "Flood in Arvena", write_text(chance, "flood", "Arvena", "Mira Tanno")) for i in range(2)
    ]
    odd = make_item("odd", "Court in Farrow", write_text(chance, "trial", "Farrow", "Pavel Grist"), hours=24 * 20_000)
    ancient = replace(flood[1], at=datetime(1, 1, 1, tzinfo=UTC))
    first, _, last = clusterer.assign([flood[0], odd, ancient])
    assert last.story_id == first.story_id


@pytest.mark.parametrize(
    "item",
    [
        make_item("empty", "", ""),
        make_item("spaces", " \n\t ", "\x00\ud800 \u200b"),
        make_item("huge", "Flood", FLOOD * 20_000),
        make_item("one word", "Flood", "flood " * 300_000),
        make_item("unbroken", "x", "x" * 2_000_000),
        make_item("chinese", "洪水", "河水冲破堤坝，居民被疏散。" * 50),
    ],
    ids=lambda item: item.id,
)
def test_odd_texts_get_a_decision_within_bounds(clusterer: Clusterer, item: Item) -> None:
    decision = clusterer.assign([item])[0]
    assert decision.is_new_story
    assert len(decision.memo) < 60_000
    json.dumps(decision.why)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_useless_vector_neither_fails_nor_harms_the_story(clusterer: Clusterer, value: float) -> None:
    bad = replace(make_item("bad", "Flood", FLOOD), vector=np.full(DIM, value, np.float32))
    clusterer.assign([bad])
    stream = write_stream(5)
    found = [d.story_id for d in clusterer.assign([item for _, item in stream])]
    assert measure_stories([label for label, _ in stream], found)["b3"] >= 0.8


def test_a_joined_article_names_features_and_shared_names(clusterer: Clusterer) -> None:
    chance = random.Random(2)
    items = [
        make_item(f"f{i}", "Flood in Arvena", write_text(chance, "flood", "Arvena", "Mira Tanno")) for i in range(2)
    ]
    why = clusterer.assign(items)[1].why
    assert why["chosen"] == why["nearest"][0]["story"]
    assert {"arvena", "tanno"} <= set(why["shared_names"])
    assert why["nearest"][0]["features"]["words"] > 0.2


def test_damaged_memos_are_left_out(clusterer: Clusterer) -> None:
    item = make_item("a", "Flood", FLOOD)
    memo = as_memo(item, make_clusterer(ClusterSettings()).assign([item])[0])
    flipped = memo.memo[:-1] + bytes([memo.memo[-1] ^ 1])
    clusterer.recall([replace(memo, memo=broken) for broken in (b"", b"\x07", memo.memo[:-3], flipped)])
    assert clusterer.assign([make_item("b", "Flood", FLOOD)])[0].copy_of == ""


@pytest.mark.parametrize("state", [b"other", b"NMC4\xff\x00\x00\x00\x00\x00\x00\x00"])
def test_a_foreign_state_is_refused_with_what_to_do(clusterer: Clusterer, state: bytes) -> None:
    with pytest.raises(SettingsInvalid, match="learnt anew"):
        clusterer.restore(state)


def _flood_seed() -> SeedItem:
    chance = random.Random(3)
    texts = tuple(write_text(chance, "flood", "Arvena", "Mira Tanno", sentences=4) for _ in range(4))
    return SeedItem(story_id="seed-flood", texts=texts, vectors=np.stack([embed(text) for text in texts]))


def test_a_seed_takes_what_belongs_for_ever(clusterer: Clusterer) -> None:
    clusterer.add_seeds([_flood_seed()])
    chance = random.Random(8)
    days = (0, 30, 300)
    items = [
        make_item(f"f{d}", "Arvena flood", write_text(chance, "flood", "Arvena", "Mira Tanno"), hours=24 * d)
        for d in days
    ]
    decisions = clusterer.assign(items)
    assert {(d.story_id, d.is_new_story) for d in decisions} == {("seed-flood", False)}


def test_a_seed_refuses_what_does_not_belong_and_says_which_part_was_low(clusterer: Clusterer) -> None:
    clusterer.add_seeds([_flood_seed()])
    text = write_text(random.Random(9), "merger", "Lumeta", "Tomas Reeve")
    decision = clusterer.assign([make_item("m", "Bank merger in Lumeta", text)])[0]
    assert decision.is_new_story
    assert decision.why["seed_refused"]["because"].startswith("refused")
    assert "arvena" in decision.why["seed_refused"]["missing_names"]


def test_a_long_pause_is_believed_at_the_second_article(clusterer: Clusterer) -> None:
    chance = random.Random(1)
    texts = [write_text(chance, "flood", "Arvena", "Mira Tanno") for _ in range(2)]
    pause = timedelta(days=90) / timedelta(hours=1)
    other = [
        make_item(f"o{i}", "Merger", write_text(chance, "merger", "Lumeta", "Tomas Reeve"), hours=pause + i)
        for i in range(2)
    ]
    items = [
        make_item("a", "Flood in Arvena", texts[0]),
        *other,
        make_item("b", "Flood in Arvena", texts[1], hours=pause + 3),
    ]
    assert clusterer.assign(items)[-1].is_new_story


def _hesitant() -> OnePassClusterer:
    """Opens a story unless all members say nearly the same, and joins stories at the slightest likeness."""
    likeness = {"words": 0.0, "words_brief": 0.0, "entities": 0.0, "entities_brief": 0.0, "crowding": 0.0, "gap": 0.0}
    needed = {"needed": 0.8, "needed_brief": 0.0, "join_needed": -1.0, "join_needed_brief": 0.0}
    return OnePassClusterer(ClusterSettings(copy_threshold=1.0), MergeModel(**likeness, **needed))


def _one_event(articles: int = 40) -> list[Item]:
    return [item for _, item in write_stream(11, stories=2, articles=articles)]


def test_stories_that_turn_out_to_be_one_go_on_as_one() -> None:
    decisions = _hesitant().assign(_one_event())
    joined = next(d for d in decisions if d.absorbed)
    assert joined.why["joined"]["into"] == joined.story_id
    assert joined.absorbed not in {d.story_id for d in decisions[decisions.index(joined) :]}
    assert joined.absorbed not in final_stories(decisions)


def test_joined_stories_stay_joined_after_a_rebuild() -> None:
    items = _one_event()
    steady, stopped, rebuilt = _hesitant(), _hesitant(), _hesitant()
    expected = steady.assign(items)
    before = stopped.assign(items[:60])
    assert any(decision.absorbed for decision in before)
    rebuilt.recall([as_memo(item, decision) for item, decision in zip(items[:60], before, strict=True)])
    rebuilt.restore(stopped.dump())
    assert rebuilt.assign(items[60:]) == expected[60:]


def _recalled(items: list[Item], stories: list[str], word: AnalystWord) -> Clusterer:
    """A clusterer that knows a person's word, with the items in the given stories."""
    found = make_clusterer(ClusterSettings())
    found.respect(word)
    decided = make_clusterer(ClusterSettings()).assign(items)
    memos = [as_memo(item, replace(d, story_id=s)) for item, d, s in zip(items, decided, stories, strict=True)]
    found.recall(memos)
    return found


def _flood_and_trial() -> list[Item]:
    chance = random.Random(4)
    flood = [
        make_item(f"f{i}", "Flood in Arvena", write_text(chance, "flood", "Arvena", "Mira Tanno"), hours=i)
        for i in range(4)
    ]
    trial = [
        make_item(f"t{i}", "Trial in Farrow", write_text(chance, "trial", "Farrow", "Pavel Grist"), hours=4 + i)
        for i in range(4)
    ]
    return [*flood, *trial]


def test_news_of_either_part_finds_its_way_into_merged_stories() -> None:
    items = _flood_and_trial()
    first = [*items[:3], *items[4:7]]
    flood, trial = (make_clusterer(ClusterSettings()).assign(first)[i].story_id for i in (0, 3))
    clusterer = _recalled(first, [flood] * 6, AnalystWord(merged={trial: flood}))
    later = clusterer.assign([items[3], items[7]])
    assert [d.story_id for d in later] == [flood, flood]
    assert [d.thread for d in later] == [flood, trial]


def test_what_a_person_split_off_is_not_joined_again_and_takes_its_own_news() -> None:
    items = _flood_and_trial()
    first = [*items[:3], *items[4:7]]
    flood = make_clusterer(ClusterSettings()).assign(first)[0].story_id
    word = AnalystWord(pinned=dict.fromkeys(("t0", "t1", "t2"), "story-new"), apart=frozenset({("story-new", flood)}))
    clusterer = _recalled(first, [flood] * 3 + ["story-new"] * 3, word)
    assert [d.story_id for d in clusterer.assign([items[3], items[7]])] == [flood, "story-new"]
    assert clusterer.assign([items[4]])[0].story_id == "story-new"


def test_a_seed_storys_events_are_told_apart(clusterer: Clusterer) -> None:
    chance = random.Random(3)
    texts = [write_text(chance, subject, "Arvena", "Mira Tanno") for subject in ("flood", "trial") for _ in range(4)]
    vectors = np.stack([embed(text) for text in texts])
    clusterer.add_seeds([SeedItem(story_id="seed-arvena", texts=tuple(texts), vectors=vectors)])
    items = [
        make_item(f"{subject}{i}", f"Arvena {subject}", write_text(chance, subject, "Arvena", "Mira Tanno"), hours=i)
        for i in range(3)
        for subject in ("flood", "outbreak")
    ]
    decisions = [d for d in clusterer.assign(items) if d.story_id == "seed-arvena"]
    threads = {d.item_id: d.thread for d in decisions}
    assert threads["flood0"] == threads["flood2"] != "seed-arvena"
