"""Run the main job on the sample news: serve it on loopback, run all stages on day 8 and on day 10, show the result.

In: nothing but this repository. Out: a folder (var/demo) with the store, the mails as files and the report.
Never: touches another store, sends a mail over a network.

`python -m samples.demo` (what `make demo` does) begins anew each time.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from monitor.alert.report import render_report
from monitor.alert.words import grade_words
from monitor.bootstrap import open_services
from monitor.models import AlertState, Feed, FeedHealth, Finding, StageReport
from monitor.pipeline import Services, load_seeds, run_once
from monitor.pipeline.overview import overview
from monitor.pipeline.ports import Progress as Follow
from monitor.pipeline.ports import no_progress
from monitor.pipeline.report import gather_report
from monitor.settings import load_settings, read_seeds
from samples.news import NEWS_PATH, load_news
from samples.site import SampleSite

SEEDS = Path(__file__).parent / "seeds"
FIRST_DAY, LAST_DAY = 8, 10
"""Two visits: between them two days of news arrive and one article is edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Where everything is when the demo is over."""

    config: Path
    report: Path
    mails: Path
    reports: tuple[tuple[StageReport, ...], ...]


@contextmanager
def serving(*, day: int) -> Iterator[SampleSite]:
    """The sample site on a loopback port of its own, in a thread."""
    site = SampleSite(NEWS_PATH, day=day)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sample-site", daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(site.start(), loop).result(timeout=30)
    try:
        yield site
    finally:
        asyncio.run_coroutine_threadsafe(site.stop(), loop).result(timeout=30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=30)
        loop.close()


def sample_feeds(site: SampleSite) -> list[Feed]:
    """The site's feeds with their publishers: all lie on one loopback host, so the addresses cannot tell them apart."""
    publishers = load_news(NEWS_PATH).publishers
    return [
        Feed(url=url, title=publisher.name, publisher=publisher.domain, language="en")
        for url, publisher in zip(site.feed_urls(), publishers, strict=True)
    ]


def write_config(folder: Path, feeds: list[Feed]) -> Path:
    """Settings for the demo: everything below `folder`, mails as files, loopback allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"url": f.url, "title": f.title, "publisher": f.publisher, "language": f.language} for f in feeds]
    (folder / "feeds.yaml").write_text(yaml.safe_dump({"feeds": rows}, sort_keys=False), encoding="utf-8")
    settings = {
        "store": {"url": f"sqlite:{folder / 'monitor.db'}"},
        "fetch": {"allow_private": ["127.0.0.0/8"], "page_pause_seconds": 0},
        "alert": {
            "directory": str(folder / "mail"),
            # the sample news is of March 2025, and old news is not mailed otherwise
            "max_article_age_days": 36_500,
            "recipients": [
                {"name": "the desk", "channel": "directory", "address": "desk", "grades": ["likely", "possible"]}
            ],
        },
        "feeds": str(folder / "feeds.yaml"),
        "alerts": str(folder / "alerts.yaml"),
        "seeds": str(SEEDS),
    }
    path = folder / "monitor.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return path


def run_demo(folder: Path, *, progress: Follow = no_progress) -> Demo:
    """The whole demo into an empty `folder`."""
    rounds = []
    with serving(day=FIRST_DAY) as site:
        config = write_config(folder, sample_feeds(site))
        with open_services(load_settings(config), progress=progress) as services:
            load_seeds(services, read_seeds(SEEDS))
            for day in (FIRST_DAY, LAST_DAY):
                site.day = day
                rounds.append(tuple(run_once(services)))
            report = folder / "report.html"
            report.write_text(render_report(gather_report(services)), encoding="utf-8")
    return Demo(config=config, report=report, mails=folder / "mail", reports=tuple(rounds))


def main() -> None:
    """Show what a person wants to know: stories, findings, mails, feeds' health, the report."""
    folder = Path("var/demo")
    shutil.rmtree(folder, ignore_errors=True)
    console = Console()
    console.print("[bold]News Monitor[/bold]: ten days of invented news, two visits (day 8, day 10), no network needed")
    columns = (TextColumn("{task.description:>8}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        demo = run_demo(folder, progress=_Bars(bars))
    with open_services(load_settings(demo.config)) as services:
        _show(console, services, demo)


class _Bars:
    """Each stage's progress as a bar."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks = {name: bars.add_task(name, total=None) for name in ("fetch", "extract", "embed", "judge")}

    def __call__(self, stage: str, *, done: int, total: int) -> None:
        if stage in self._tasks:
            self._bars.update(self._tasks[stage], completed=done, total=max(done, total))


def _show(console: Console, services: Services, demo: Demo) -> None:
    _show_stories(console, services)
    _show_findings(console, services)
    _show_feeds(console, services)
    sent = services.store.alerts(state=AlertState.SENT)
    mails = sorted(demo.mails.rglob("*.eml"))
    console.print(f"\n[bold]Mails[/bold]: {len(sent)} alerts in {len(mails)} mails, as files a mail program opens:")
    for mail in mails:
        console.print(f"  {mail}", soft_wrap=True)
    console.print(f"\n[bold]Report[/bold] for your browser: {demo.report}", soft_wrap=True)
    monitor = Path(sys.executable).with_name("monitor")
    shown = monitor.relative_to(Path.cwd()) if monitor.is_relative_to(Path.cwd()) else monitor
    console.print(f"Ask more: {shown} findings list --config {demo.config}", soft_wrap=True)
    console.print(f"          {shown} status --config {demo.config}", soft_wrap=True)


def _show_stories(console: Console, services: Services) -> None:
    console.print("\n[bold]Stories you watch[/bold]")
    for story in services.store.stories(limit=10, seeds_only=True):
        console.print(
            f"  {story.title}: {story.article_count} articles, {story.publisher_count} independent publishers"
        )
    counts = services.store.counts()
    console.print(f"  … and {counts.stories} stories in all, made of {counts.articles} articles")


def _show_findings(console: Console, services: Services) -> None:
    positions = {position.id: position for position in services.store.positions()}
    findings = sorted(services.store.findings(), key=lambda f: (f.grade.value, f.position_id))
    console.print(f"\n[bold]Findings[/bold]: {len(findings)}")
    for finding in findings:
        position = positions[finding.position_id]
        console.print(f"  [bold]{_words(finding)}[/bold] {position.holder}: “{position.statement}”", highlight=False)
        first = finding.evidence[0]
        told = f"{first.publisher}, {first.speaker or 'the article itself'}"
        console.print(f"      {told}: “{first.passage}”", highlight=False, markup=False)


def _words(finding: Finding) -> str:
    successor = " by a successor" if finding.by_successor else ""
    return f"{grade_words(finding.grade.value, finding.probability)}: {finding.relation.value}{successor}."


def _show_feeds(console: Console, services: Services) -> None:
    seen = overview(services)
    healthy = sum(line.state.health is FeedHealth.OK for line in seen.feeds)
    console.print(f"\n[bold]Feeds[/bold]: {healthy} of {len(seen.feeds)} answer")
    for line in seen.feeds:
        if line.state.health is not FeedHealth.OK:
            console.print(f"  {line.feed.title}: {line.state.reason}", markup=False)


if __name__ == "__main__":
    main()
