"""Feeds' states and arrivals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.models import ArticleState, FeedHealth, Stage
from monitor.store.base import MAX_REVISIONS, Arrival, Delivered, Store
from tests.builders import FEED_URL, article, at, cluster_record, delivered, entry, feed_state, story

OTHER_FEED = "https://other.example/feed.xml"


def test_an_empty_store_knows_no_feeds(store: Store) -> None:
    assert store.feed_states() == {}


def test_a_feed_state_comes_back_as_it_was_given(store: Store) -> None:
    state = feed_state(
        reason="slow", etag='W/"1"', last_ok_at=at(1), next_poll_at=at(9), failures_in_row=2, health=FeedHealth.FAILING
    )
    store.record_poll(state, [])
    assert store.feed_states() == {FEED_URL: state}


def test_new_articles_are_stored_as_given(store: Store) -> None:
    assert store.record_poll(feed_state(), [delivered(1), delivered(2)]) == [Arrival.NEW, Arrival.NEW]
    assert store.article("article-0002") == article(2)
    assert store.entries_of(["article-0002", "article-9"]) == {"article-0002": entry(2)}


def test_a_repeated_poll_finds_everything_known_and_counts_it_once(store: Store) -> None:
    store.record_poll(feed_state(), [delivered(1), delivered(2)])
    assert store.record_poll(feed_state(), [delivered(1), delivered(2)]) == [Arrival.KNOWN, Arrival.KNOWN]
    assert store.feed_states()[FEED_URL].new_entries == 2


def test_new_entries_grow_from_poll_to_poll(store: Store) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    store.record_poll(store.feed_states()[FEED_URL], [delivered(1), delivered(2)])
    assert store.feed_states()[FEED_URL].new_entries == 2


def test_a_changed_item_of_the_same_feed_is_a_revision(store: Store) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    changed = delivered(1, title="New title", text="New text", content_hash="other", first_seen_at=at(77))
    assert store.record_poll(feed_state(), [changed]) == [Arrival.REVISED]
    expected = article(1, title="New title", text="New text", content_hash="other", revision=1)
    assert store.article("article-0001") == expected
    assert store.entries_of(["article-0001"]) == {"article-0001": changed.entry}


def test_a_revision_goes_back_to_extraction_and_keeps_its_story(store: Store) -> None:
    store.record_poll(feed_state(), [delivered(1, state=ArticleState.EMBEDDED)])
    store.save_clustered([cluster_record(1, copy_of="article-0009")], [story(1)], blob=("clusterer", b""))
    store.record_poll(feed_state(), [delivered(1, content_hash="other")])
    assert store.pending(Stage.EXTRACT, limit=9) == [
        article(1, content_hash="other", revision=1, story_id="story-0001", copy_of="article-0009")
    ]


def test_the_same_article_from_another_feed_is_known_and_changes_nothing(store: Store) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    other = delivered(1, feed_url=OTHER_FEED, content_hash="other", title="Other")
    assert store.record_poll(feed_state(OTHER_FEED), [other]) == [Arrival.KNOWN]
    assert store.article("article-0001") == article(1)
    assert store.entries_of(["article-0001"]) == {"article-0001": entry(1)}


def test_of_two_items_with_one_id_in_one_poll_the_first_counts(store: Store) -> None:
    both = [delivered(1), delivered(1, content_hash="other")]
    assert store.record_poll(feed_state(), both) == [Arrival.NEW, Arrival.KNOWN]
    assert store.record_poll(feed_state(), both) == [Arrival.KNOWN, Arrival.KNOWN]
    assert store.article("article-0001").revision == 0


def test_a_page_that_never_stands_still_is_known_after_the_most_revisions(store: Store) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    polls = [
        store.record_poll(feed_state(), [delivered(1, content_hash=f"other-{n}")])[0] for n in range(MAX_REVISIONS + 2)
    ]
    assert polls == [Arrival.REVISED] * MAX_REVISIONS + [Arrival.KNOWN] * 2
    assert store.article("article-0001").content_hash == f"other-{MAX_REVISIONS - 1}"


def test_a_poll_that_fails_in_the_middle_leaves_nothing(store: Store) -> None:
    naive = delivered(2, first_seen_at=at(2).replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        store.record_poll(feed_state(), [delivered(1), naive])
    assert store.counts().articles == 0
    assert store.feed_states() == {}


def test_a_poll_repeated_with_more_entries_adds_only_those(store: Store) -> None:
    store.record_poll(feed_state(), [delivered(1)])
    arrivals = store.record_poll(feed_state(), [delivered(1), delivered(2), delivered(3)])
    assert arrivals == [Arrival.KNOWN, Arrival.NEW, Arrival.NEW]


def test_an_entry_with_all_fields_comes_back(store: Store) -> None:
    full = entry(1, updated_at=at(4), authors=("A", "B"), content="<p>x</p>", language="de")
    store.record_poll(feed_state(), [Delivered(entry=full, article=article(1))])
    assert store.entries_of(["article-0001"]) == {"article-0001": full}
    empty = replace(full, published_at=None, updated_at=None, authors=())
    store.record_poll(feed_state(), [Delivered(entry=empty, article=article(1, content_hash="x"))])
    assert store.entries_of(["article-0001"]) == {"article-0001": empty}


def test_an_article_that_no_feed_delivered_has_no_entry(store: Store) -> None:
    store.save_extracted([article(1)], [])
    assert store.entries_of(["article-0001", "article-9"]) == {}
