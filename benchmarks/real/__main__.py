"""`make bench-real DATA=folder [AGAIN=1]`: every item ends stored or set aside, and what is found in the three texts.

In: `DATA/seeds/*.txt`, `DATA/data/pages/html/*.html.gz`. Out: Markdown on standard output; exit status 1 when an item
is lost, page furniture reaches a passage, a page is in a story where it does not belong, or words are given to
somebody else. What the judge finds is told, not demanded.

The store is kept in `var/bench-real`, also as it stood before judging: `--again` judges from there (minutes), which is
what a new judge needs.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.real.checks import check_items, check_passages, check_story, tell_positions
from benchmarks.real.site import Real, read_real, serving
from monitor.bootstrap import open_services
from monitor.models import Feed, StageReport
from monitor.pipeline import Services, load_seeds
from monitor.pipeline.run import STAGES
from monitor.settings import EmbedSettings, FetchSettings, JudgeSettings, Settings, StoreSettings, read_seeds

KEPT = Path("var/bench-real")
BEFORE_JUDGING = ("fetch", "extract", "embed", "cluster")
JUDGING = ("judge", "alert")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--again", action="store_true", help="go on with the kept store, and judge anew")
    parser.add_argument("--pages", type=int, default=0, help="only so many of the pages (0: all)")
    parser.add_argument("--threads", type=int, default=0, help="of the two models (0: as many as there are cores)")
    args = parser.parse_args()
    real, started = read_real(args.data, pages=args.pages), time.monotonic()
    store, before = KEPT / "real.db", KEPT / "before-judging.db"
    _prepare(store, before, again=args.again)
    port = KEPT / "port"  # addresses must stay what they were for a run that goes on
    with serving(real, port=int(port.read_text()) if port.exists() else 0) as base:
        port.write_text(base.rpartition(":")[2])
        if not before.exists():
            _run(_settings(store, args.threads), real, base, BEFORE_JUDGING)
            shutil.copy(store, before)
        broken = _run(_settings(store, args.threads), real, base, JUDGING)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nWall {time.monotonic() - started:.0f} s, peak memory of the main process {peak:.0f} MB.")
    for sentence in broken:
        print(f"BROKEN: {sentence}")
    return 1 if broken else 0


def _prepare(store: Path, before: Path, *, again: bool) -> None:
    """An empty folder; or the store as it stood before judging; or, after a run that was cut short, as it stands."""
    if not again:
        shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    if before.exists():
        for leftover in KEPT.glob("real.db*"):
            leftover.unlink()
        shutil.copy(before, store)


def _settings(store: Path, threads: int) -> Settings:
    return Settings(
        store=StoreSettings(url=f"sqlite:{store}"),
        fetch=FetchSettings(allow_private=("127.0.0.0/8",), page_pause_seconds=0),
        embed=EmbedSettings(threads=threads),
        judge=JudgeSettings(threads=threads),
    )


def _run(settings: Settings, real: Real, base: str, stages: tuple[str, ...]) -> list[str]:
    """These stages over the site; after judging also the checks' broken promises."""
    with open_services(settings) as built:
        feeds = tuple(Feed(url=base + path, title=path, publisher=name) for path, name in real.feeds.items())
        services = replace(built, feeds=lambda: feeds)
        load_seeds(services, read_seeds(Path("seeds")))
        if "fetch" in stages:
            print("| stage | seen | done | set aside | left | seconds |\n|---|---|---|---|---|---|")
        for name in stages:
            _tell(STAGES[name](services))
        return _check(services, real) if "judge" in stages else []


def _tell(r: StageReport) -> None:
    print(f"| {r.stage} | {r.seen} | {r.done} | {r.set_aside} | {r.left} | {r.seconds:.1f} |", flush=True)


def _check(services: Services, real: Real) -> list[str]:
    broken = check_items(services, len(real.bodies) - len(real.feeds))
    broken += check_story(services)
    broken += check_passages(services)
    tell_positions(services)
    return broken


if __name__ == "__main__":
    sys.exit(main())
