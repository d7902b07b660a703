"""The plot, stage by stage: what goes in comes out once, in order, with its reasons."""

from __future__ import annotations

from dataclasses import replace

from monitor.errors import JudgeUnavailable
from monitor.models import AlertState, ArticleState, FeedHealth, Stage, StageReport, Verdict
from monitor.pipeline import load_seeds, run_once
from monitor.pipeline.backtest import backtest
from monitor.pipeline.digest import write_digests
from monitor.pipeline.overview import overview
from monitor.pipeline.run import seconds_to_next
from monitor.store.base import ArticleFilter
from tests.unit.pipeline.conftest import SEED, World, later

REVERSAL = {
    "id": "1",
    "url": "https://courier.example/tunnel-1",
    "title": "Ministry drops the harbour tunnel",
    "content_html": "<p>The ministry will not build the harbour tunnel, Marta Vell told reporters on Saturday.</p>",
}


def by_stage(reports: list[StageReport]) -> dict[str, StageReport]:
    return {report.stage: report for report in reports}


def test_a_contradiction_in_a_feed_becomes_one_mail(world: World) -> None:
    world.publish(**REVERSAL)
    reports = by_stage(run_once(world.services))
    assert all(report.is_clean for report in reports.values())
    [finding] = world.services.store.findings()
    assert (finding.position_id, finding.story_id) == ("tunnel-built", "harbour")
    assert len(world.mails()) == 1


def test_running_again_sends_nothing_and_asks_the_judge_nothing(world: World) -> None:
    world.publish(**REVERSAL)
    run_once(world.services)
    asked = len(world.judge.asked)
    later(world, minutes=5)
    run_once(world.services)
    assert len(world.judge.asked) == asked
    assert len(world.mails()) == 1


def test_a_syndicated_copy_raises_no_second_alert(world: World) -> None:
    body = (
        "<p>The ministry will not build the harbour tunnel, Marta Vell told reporters on Saturday. "
        "The project had been planned for eleven years and cost the city four hundred million crowns so far. "
        "Builders who had already moved their machines to the eastern quay were told to stop at once.</p>"
    )
    world.publish(**{**REVERSAL, "content_html": body})
    run_once(world.services)
    later(world, minutes=5)
    copy = {"id": "2", "url": "https://lantern.example/t", "title": "No tunnel after all", "content_html": body}
    world.publish(**copy)
    run_once(world.services)
    articles = world.services.store.articles(ArticleFilter(), limit=10)
    assert sum(bool(article.copy_of) for article in articles) == 1
    assert len(world.mails()) == 1


def test_an_edit_that_adds_a_sentence_is_judged_on_it(world: World) -> None:
    world.publish(
        **{
            **REVERSAL,
            "content_html": "<p>The ministry said nothing about the harbour tunnel.</p>",
            "title": "Harbour tunnel: a day of talks",
        }
    )
    run_once(world.services)
    assert not world.services.store.findings()
    later(world, hours=1)
    world.publish(**REVERSAL)
    run_once(world.services)
    assert len(world.services.store.findings()) == 1


def test_a_position_stated_later_says_nothing_about_older_news(world: World) -> None:
    world.publish(**{**REVERSAL, "date_published": "2023-06-01T08:00:00Z"})
    run_once(world.services)
    assert not world.judge.asked


def test_a_judge_that_is_away_leaves_the_articles_for_later(world: World) -> None:
    world.publish(**REVERSAL)

    class Away:
        name = "away@1"

        def judge(self, _pairs: object) -> list[Verdict]:
            raise JudgeUnavailable("the endpoint does not answer; try again later")

    report = by_stage(run_once(replace(world.services, judge=Away)))["judge"]
    assert report.left == 1
    assert world.services.store.backlog()[Stage.JUDGE] == 1
    run_once(world.services)
    assert len(world.mails()) == 1


def test_a_missing_feed_file_is_told_and_loses_nothing_else(world: World) -> None:
    report = by_stage(run_once(world.services))["fetch"]
    assert not report.is_clean
    [line] = overview(world.services).feeds
    assert line.state.health is FeedHealth.FAILING
    assert line.state.reason


def test_an_item_without_any_text_is_set_aside_with_a_reason(world: World) -> None:
    world.publish(id="9", url="https://courier.example/empty", title="", content_html="")
    run_once(world.services)
    for article in world.services.store.articles(ArticleFilter(), limit=10):
        assert article.state is ArticleState.SET_ASIDE
        assert article.reason


def test_loading_seeds_twice_changes_nothing(world: World) -> None:
    changes = load_seeds(world.services, [SEED])["harbour"]
    assert (changes.story, changes.added, changes.changed, changes.unchanged) == ("unchanged", (), (), 1)


def test_an_article_joins_its_seed_story_and_is_counted_once(world: World) -> None:
    world.publish(**REVERSAL)
    run_once(world.services)
    later(world, minutes=5)
    run_once(world.services)
    [article] = world.services.store.articles(ArticleFilter(), limit=10)
    story = world.services.store.story(article.story_id)
    assert (story.article_count, story.publisher_count) == (1, 1)


def test_the_throttle_holds_mails_back_and_loses_none(world: World) -> None:
    recipient = world.services.settings.alert.recipients[0].model_copy(update={"max_mails_per_hour": 1})
    alert = world.services.settings.alert.model_copy(update={"recipients": (recipient,), "max_alerts_per_mail": 1})
    settings = world.services.settings.model_copy(update={"alert": alert})
    services = replace(world.services, settings=settings)
    world.publish(**REVERSAL)
    world.publish(
        id="2",
        url="https://courier.example/2",
        title="Vell: the harbour tunnel will be built",
        content_html="<p>The ministry will build the harbour tunnel by 2030, Marta Vell said in the evening.</p>",
    )
    report = by_stage(run_once(services))["alert"]
    assert len(world.mails()) == 1
    assert report.left == len(services.store.alerts(state=AlertState.WAITING)) == 1
    later(world, hours=2)
    run_once(services)
    assert len(world.mails()) == 2


def test_a_digest_is_written_once_a_day_also_when_nothing_happened(world: World) -> None:
    assert write_digests(world.services) == 1
    later(world, hours=1)
    assert write_digests(world.services) == 0
    later(world, days=1)
    assert write_digests(world.services) == 1


def test_a_backtest_shows_what_would_have_been_raised_and_keeps_nothing(world: World) -> None:
    world.publish(**REVERSAL)
    run_once(world.services)
    findings, mails = world.services.store.findings(), world.mails()
    raised = backtest(world.services, "tunnel-built", days=3)
    assert raised
    assert world.services.store.findings() == findings
    assert world.mails() == mails


def test_the_pause_is_short_while_work_is_left(world: World) -> None:
    world.publish(**REVERSAL)
    run_once(world.services)
    assert 1.0 <= seconds_to_next(world.services) <= world.services.settings.run.watch_pause_seconds
