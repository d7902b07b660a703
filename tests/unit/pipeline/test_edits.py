"""Pages that findings cite are read again: an edit is judged, another page is not taken for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.fetch import Fetcher, make_fetcher
from monitor.models import Stage
from monitor.pipeline import Services, run_once
from monitor.pipeline.edits import watch_edits
from monitor.settings import FetchSettings
from tests.unit.pipeline.conftest import World, later

DENIAL = "The ministry will not build the harbour tunnel, Marta Vell told reporters on Saturday after the meeting."
REST = (
    "The project had been planned for eleven years and has cost the city four hundred million crowns so far.",
    "Builders who had already moved their machines to the eastern quay were told to stop their work at once.",
    "Fishermen who had feared for their moorings welcomed the news and asked for the fences to be taken away.",
)
ADDED = "Late in the evening the ministry said that the harbour tunnel would be built after all, only later."


def write_page(path: Path, sentences: Sequence[str]) -> None:
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    title = "Ministry drops the harbour tunnel"
    path.write_text(
        f"<html lang='en'><head><title>{title}</title></head><article><h1>{title}</h1>{paragraphs}</article>"
    )


@pytest.fixture(scope="module")
def fetcher() -> Iterator[Fetcher]:
    """One that may read pages from files."""
    made = make_fetcher(FetchSettings(), allow_file_pages=True)
    yield made
    made.close()


@pytest.fixture
def reading(world: World, fetcher: Fetcher) -> Services:
    """The world's services, but pages are read."""
    settings = world.services.settings.model_copy(update={"fetch": FetchSettings(pages="always")})
    return replace(world.services, settings=settings, fetcher=lambda: fetcher)


@pytest.fixture
def page(world: World, reading: Services) -> Path:
    """A page with a finding on it."""
    path = world.folder / "tunnel.html"
    write_page(path, [DENIAL, *REST])
    world.publish(id="1", url=path.as_uri(), title="Ministry drops the harbour tunnel", summary=DENIAL)
    run_once(reading)
    assert len(world.services.store.findings()) == 1
    later(world, hours=20)
    return path


def test_a_page_that_is_as_it_was_is_left_alone(world: World, reading: Services, page: Path) -> None:
    report = watch_edits(reading)
    assert (report.seen, report.done, report.new) == (1, 1, 0)
    assert not any(world.services.store.backlog().values())


def test_an_edited_page_is_read_and_judged_again(world: World, reading: Services, page: Path) -> None:
    write_page(page, [DENIAL, *REST, ADDED])
    assert watch_edits(reading).new == 1
    assert world.services.store.backlog()[Stage.EXTRACT] == 1
    run_once(reading)
    [article] = world.services.store.articles_by_ids(
        [world.services.store.findings()[0].evidence[0].article_id]
    ).values()
    assert ADDED in article.text
    assert watch_edits(reading).new == 0


def test_a_page_with_another_text_is_not_taken_for_an_edit(world: World, reading: Services, page: Path) -> None:
    write_page(
        page, ["Please subscribe to read on; our readers make this newspaper possible, and we thank them for it."]
    )
    assert watch_edits(reading).new == 0
    assert not any(world.services.store.backlog().values())


def test_a_page_that_is_gone_is_named_and_its_text_stays(world: World, reading: Services, page: Path) -> None:
    page.unlink()
    report = watch_edits(reading)
    assert (report.left, report.new) == (1, 0)
    assert report.problems[0][0] == page.as_uri()


def test_after_three_days_nobody_looks_any_more(world: World, reading: Services, page: Path) -> None:
    later(world, days=3)
    assert watch_edits(reading).seen == 0


def test_whoever_fetches_no_pages_watches_none(world: World, page: Path) -> None:
    assert watch_edits(world.services).seen == 0
