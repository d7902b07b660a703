"""Stories, clustering's decisions, seeds and positions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from monitor.errors import NotFound
from monitor.models import ArticleState, Office, StoryState, Term
from monitor.store.base import SeedChanges, Store
from tests.builders import (
    MODEL,
    article,
    at,
    cluster_record,
    delivered,
    embedding,
    feed_state,
    passage,
    position,
    seed,
    seed_story,
    story,
    unit_vector,
)

OFFICE = Office(
    id="office-harbour",
    name="Minister of Harbours",
    aliases=("harbour minister",),
    terms=(Term(holder="Marta Vell", from_on=date(2025, 1, 1)),),
)


def embed(store: Store, *numbers: int, **changes: Any) -> None:
    """Articles that wait for clustering."""
    store.record_poll(feed_state(), [delivered(n, state=ArticleState.EMBEDDED, **changes) for n in numbers])
    store.save_embedded([], [embedding(f"article-{n:04d}", unit_vector(n, 1)) for n in numbers])


def test_a_decision_moves_the_article_into_its_story(store: Store) -> None:
    embed(store, 1)
    for _ in range(2):
        store.save_clustered([cluster_record(1, copy_of="article-7")], [story(1)], blob=("clusterer", b"state"))
    expected = article(1, state=ArticleState.CLUSTERED, story_id="story-0001", copy_of="article-7")
    assert store.articles_of_story("story-0001", limit=9) == [expected]
    assert store.story("story-0001") == story(1)
    assert store.read_blob("clusterer") == b"state"
    assert store.why_of("article-0001") == {"nearest": [["story-0001", 0.75]]}


def test_nothing_is_explained_before_it_is_decided(store: Store) -> None:
    assert store.why_of("article-0001") == {}
    assert store.read_blob("clusterer") == b""


def test_passages_that_an_earlier_copy_carries_are_not_novel(store: Store) -> None:
    embed(store, 1)
    store.save_extracted([article(1)], [passage(1), passage(2), passage(3)])
    store.save_clustered([cluster_record(1, novel_passages=(False, True))], [], blob=("clusterer", b""))
    assert [each.is_novel for each in store.passages_of(["article-0001"])["article-0001"]] == [False, True, True]
    store.save_clustered([cluster_record(1)], [], blob=("clusterer", b""))
    assert [each.is_novel for each in store.passages_of(["article-0001"])["article-0001"]] == [True, True, True]


def test_a_decision_on_a_deleted_article_is_dropped(store: Store) -> None:
    store.save_clustered([cluster_record(5)], [story(1)], blob=("clusterer", b""))
    assert store.why_of("article-0005") == {}


def test_earlier_decisions_go_by_another_story_when_it_is_said_so(store: Store) -> None:
    embed(store, 1, 2)
    store.save_clustered([cluster_record(1), cluster_record(2)], [story(1)], blob=("clusterer", b""))
    store.reset(["article-0002"], ArticleState.EMBEDDED)
    for _ in range(2):
        moves = {"article-0001": "story-0009", "article-0002": "story-0009", "article-0404": "story-0009"}
        store.save_clustered([], [story(9)], blob=("clusterer", b"later"), moves=moves)
    assert [each.id for each in store.articles_of_story("story-0009", limit=9)] == ["article-0001", "article-0002"]
    assert [memo.story_id for memo in store.live_memos(since=at(0), model=MODEL)] == ["story-0009"]
    assert store.article("article-0002").state is ArticleState.EMBEDDED
    assert store.read_blob("clusterer") == b"later"


def test_memos_come_back_in_order_of_arrival(store: Store) -> None:
    embed(store, 3, 1, 2)
    records = [cluster_record(n, memo=bytes([n]), copy_of="c") for n in (2, 3, 1)]
    store.save_clustered(records, [], blob=("clusterer", b""))
    memos = store.live_memos(since=at(2), model=MODEL)
    assert [(m.article_id, m.memo, m.at, m.publisher, m.copy_of, m.story_id) for m in memos] == [
        ("article-0002", b"\x02", at(2), "harbour.example", "c", "story-0001"),
        ("article-0003", b"\x03", at(3), "harbour.example", "c", "story-0001"),
    ]
    assert np.array_equal(memos[0].vector, unit_vector(2, 1))
    assert store.count_memos(since=at(2), model=MODEL) == 2


def test_memos_of_one_moment_are_ordered_as_they_were_pending(store: Store) -> None:
    embed(store, 1, first_seen_at=at(0), published_at=None)
    embed(store, 2, first_seen_at=at(0), published_at=at(-1))
    embed(store, 3, first_seen_at=at(0), published_at=at(-2))
    store.save_clustered([cluster_record(n) for n in (1, 2, 3)], [], blob=("clusterer", b""))
    memos = store.live_memos(since=at(0), model=MODEL)
    assert [memo.article_id for memo in memos] == ["article-0003", "article-0002", "article-0001"]


def test_memos_with_vectors_of_another_model_are_left_out(store: Store) -> None:
    embed(store, 1)
    store.save_clustered([cluster_record(1)], [], blob=("clusterer", b""))
    assert store.live_memos(since=at(0), model="other@1") == []
    assert store.count_memos(since=at(0), model="other@1") == 0


def test_a_story_is_replaced_whole(store: Store) -> None:
    later = story(
        1, title="Other", state=StoryState.CLOSED, article_count=9, publisher_count=3, state_blob={}, summary=""
    )
    store.save_clustered([], [story(1)], blob=("clusterer", b""))
    store.save_clustered([], [later], blob=("clusterer", b""))
    assert store.stories(limit=9) == [later]


def test_seed_stories_come_first_then_the_latest(store: Store) -> None:
    stories = [story(1), story(3), story(2, last_article_at=at(3)), seed_story(9), seed_story(8)]
    store.save_clustered([], stories, blob=("clusterer", b""))
    expected = ["seed-0009", "seed-0008", "story-0002", "story-0003", "story-0001"]
    assert [each.id for each in store.stories(limit=9)] == expected
    assert [each.id for each in store.stories(limit=9, seeds_only=True)] == expected[:2]
    assert [each.id for each in store.stories(limit=3)] == expected[:3]


def test_articles_of_a_story_come_earliest_first(store: Store) -> None:
    embed(store, 2, 1, 3)
    store.save_clustered([cluster_record(n) for n in (1, 2, 3)], [], blob=("clusterer", b""))
    found = store.articles_of_story("story-0001", limit=2)
    assert [each.id for each in found] == ["article-0001", "article-0002"]


def test_copies_are_found_by_their_origin_earliest_first(store: Store) -> None:
    embed(store, 4, 3, 2, 1)
    records = [cluster_record(1), *(cluster_record(n, copy_of="article-0001") for n in (4, 2, 3))]
    store.save_clustered(records, [], blob=("clusterer", b""))
    copies = store.copies_of(["article-0001", "article-0002"])
    assert {origin: [each.id for each in found] for origin, found in copies.items()} == {
        "article-0001": ["article-0002", "article-0003", "article-0004"]
    }


def test_an_unknown_story_or_position_is_not_found_by_name(store: Store) -> None:
    with pytest.raises(NotFound, match="story-9"):
        store.story("story-9")
    with pytest.raises(NotFound, match="position-9"):
        store.position("position-9")


def test_stories_by_ids_gives_those_that_exist(store: Store) -> None:
    store.save_clustered([], [story(1), story(2), story(3)], blob=("clusterer", b""))
    found = store.stories_by_ids(["story-0003", "story-9", "story-0001"])
    assert found == {"story-0001": story(1), "story-0003": story(3)}
    assert store.stories_by_ids([]) == {}


def test_a_seed_comes_back_as_it_was_loaded(store: Store) -> None:
    loaded = seed(offices=(OFFICE,), positions=(position(2), position(1, valid_until=date(2026, 5, 1))))
    changes = store.load_seed(loaded, seed_story())
    assert changes == SeedChanges(story="added", added=("position-0002", "position-0001"))
    assert store.seeds() == [loaded]
    assert store.story("seed-0001") == seed_story()
    assert store.offices() == {"office-harbour": OFFICE}
    assert store.position("position-0002") == position(2)


def test_loading_a_seed_again_changes_nothing(store: Store) -> None:
    store.load_seed(seed(), seed_story())
    assert store.load_seed(seed(), seed_story()) == SeedChanges(story="unchanged", unchanged=2)
    assert store.seeds() == [seed()]


def test_a_seeds_changes_are_named(store: Store) -> None:
    store.load_seed(seed(), seed_story())
    changed = position(1, statement="The toll falls.")
    changes = store.load_seed(seed(positions=(changed, position(3))), seed_story())
    assert changes == SeedChanges(
        story="unchanged", added=("position-0003",), changed=("position-0001",), withdrawn=("position-0002",)
    )
    assert store.position("position-0001") == changed


def test_a_withdrawn_position_stays_in_the_ledger(store: Store) -> None:
    store.load_seed(seed(), seed_story())
    store.load_seed(seed(positions=(position(1),)), seed_story())
    assert store.positions() == [position(1)]
    assert store.positions(include_withdrawn=True) == [position(1), position(2)]
    assert store.position("position-0002") == position(2)
    assert store.seeds()[0].positions == (position(1),)
    again = store.load_seed(seed(positions=(position(1),)), seed_story())
    assert again.withdrawn == ()


def test_a_withdrawn_position_that_comes_back_is_added(store: Store) -> None:
    store.load_seed(seed(), seed_story())
    store.load_seed(seed(positions=(position(1),)), seed_story())
    assert store.load_seed(seed(), seed_story()).added == ("position-0002",)
    assert store.positions() == [position(1), position(2)]


def test_one_seed_does_not_withdraw_anothers_positions(store: Store) -> None:
    store.load_seed(seed(1, positions=(position(1),)), seed_story(1))
    store.load_seed(seed(2, positions=(position(2, story_id="seed-0002"),)), seed_story(2))
    assert [each.id for each in store.positions()] == ["position-0001", "position-0002"]
    assert [each.id for each in store.seeds()] == ["seed-0001", "seed-0002"]


def test_a_seeds_new_words_keep_what_its_story_has_gathered(store: Store) -> None:
    store.load_seed(seed(), seed_story())
    grown = seed_story(article_count=7, publisher_count=3, last_article_at=at(500), state_blob={"a": 1})
    store.save_clustered([], [grown], blob=("clusterer", b""))
    assert store.load_seed(seed(), seed_story()).story == "unchanged"
    assert store.story("seed-0001") == grown
    assert store.load_seed(seed(title="New"), seed_story(title="New")).story == "changed"
    assert store.story("seed-0001") == replace(grown, title="New")


def test_another_seed_article_changes_the_story(store: Store) -> None:
    store.load_seed(seed(), seed_story())
    assert store.load_seed(seed(articles=()), seed_story()).story == "changed"
    assert store.load_seed(seed(articles=(), path="elsewhere.yaml"), seed_story()).story == "unchanged"


def test_positions_are_ordered_by_story_then_date_then_id(store: Store) -> None:
    mixed = (
        position(3, stated_on=date(2026, 1, 1)),
        position(2, stated_on=date(2025, 1, 1)),
        position(1, stated_on=date(2026, 1, 1)),
    )
    store.load_seed(seed(2, positions=(position(4, story_id="a-story"),)), seed_story(2))
    store.load_seed(seed(1, positions=mixed), seed_story(1))
    assert [each.id[-1] for each in store.positions()] == ["4", "2", "1", "3"]
