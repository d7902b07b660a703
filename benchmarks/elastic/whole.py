"""A whole run over invented articles on Elasticsearch, beside the same run on the embedded store.

    python -m benchmarks.elastic.whole [--url URL] [--articles 500] [--models] [--json FILE]

The two runs take turns stage by stage, so that other load on the machine falls on both. Seconds of the wall are what a
user waits; CPU seconds (this process, its workers and, where it is ours, the node) are steadier on a busy machine.
Without `--models` the embedder is the hashing one and the judge the lexical one: then nearly all that is left is the
stages' own work and the store's, the least favourable case for Elasticsearch. Requests of the store are counted too.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import yaml

from benchmarks.elastic.serving import report, serving_node
from benchmarks.overhead.__main__ import serving, write_world
from monitor.bootstrap import open_services
from monitor.pipeline import STAGES, Services, load_seeds
from monitor.settings import load_settings, read_seeds
from monitor.store.base import ArticleFilter
from tests.services.elasticsearch.contract import drop
from tests.services.elasticsearch.counting import Requests

Times = dict[str, dict[str, dict[str, float]]]
"""By stage, store and unit."""
Counts = dict[str, dict[str, int]]
"""By stage and kind of request."""
WITHOUT_MODELS = {
    "embed": {"model": "hashing"},
    "judge": {"kind": "lexical", "candidate_similarity": 0.1, "possible_matches": 0.5, "possible_contradicts": 0.5},
}


def with_store(config: Path, name: str, url: str, *, models: bool) -> Path:
    """The world's settings with another store, and mails of its own."""
    settings = yaml.safe_load(config.read_text("utf-8"))
    settings["store"] = {"url": url, "index_prefix": "whole"}
    settings["alert"] = {"directory": str(config.parent / name)}
    path = config.parent / f"{name}.yaml"
    path.write_text(yaml.safe_dump(settings | ({} if models else WITHOUT_MODELS)), "utf-8")
    return path


def cpu_seconds(node: psutil.Process | None) -> tuple[float, float]:
    """Of this process with its workers, living and ended; and of the node."""
    own = psutil.Process()
    times = own.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in own.children(recursive=True):
        if node is None or child.pid != node.pid:
            total += sum(child.cpu_times()[:2])
    return total, sum(node.cpu_times()[:2]) if node is not None else 0.0


def timed(call: Callable[[], object], node: psutil.Process | None) -> tuple[float, float, float]:
    """Seconds of the wall, CPU seconds of this side and of the node."""
    wall, (own, other) = time.perf_counter(), cpu_seconds(node)
    call()
    own_after, other_after = cpu_seconds(node)
    return time.perf_counter() - wall, own_after - own, other_after - other


def take_turns(services: dict[str, Services], node: psutil.Process | None) -> tuple[Times, Counts]:
    """Seconds by stage and store, and requests by stage and kind; the store that goes first changes from stage to
    stage. What the node does meanwhile in the background is Elasticsearch's, whoever's turn it is."""
    found: Times = {}
    requests: Counts = {}
    for turn, (stage, run) in enumerate(STAGES.items()):
        found[stage] = {name: {"wall_seconds": 0.0, "cpu_seconds": 0.0} for name in services}
        for name in sorted(services, reverse=bool(turn % 2)):
            with Requests() as asked:
                wall, own, other = timed(lambda run=run, name=name: run(services[name]), node)  # type: ignore[misc]  # bound now
            if asked.by_kind:
                requests[stage] = dict(sorted(asked.by_kind.items()))
            found[stage][name]["wall_seconds"] += round(wall, 2)
            found[stage][name]["cpu_seconds"] += round(own, 2)
            found[stage]["elastic"]["cpu_seconds"] += round(other, 2)
        print(stage, found[stage], requests.get(stage, {}), flush=True)
    return found, requests


def measure(urls: dict[str, str], *, articles: int, models: bool, node: psutil.Process | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as base, ExitStack() as stack:
        world = write_world(Path(folder), base, articles=articles)
        services = {}
        for name, url in urls.items():
            settings = load_settings(with_store(world, name, url.format(folder=folder), models=models))
            services[name] = stack.enter_context(open_services(settings))
            load_seeds(services[name], read_seeds(settings.seeds))
            services[name].embedder().encode(["warm up"])
        stages, requests = take_turns(services, node)
        counts = {name: each.store.counts() for name, each in services.items()}
        stories = {
            name: {a.id: a.copy_of for a in each.store.articles(ArticleFilter(), limit=articles)}
            for name, each in services.items()
        }
        if not urls["elastic"].startswith("sqlite"):
            stack.callback(drop, services["elastic"].settings.store)
    total = {
        unit: {name: sum(stage[name][unit] for stage in stages.values()) for name in urls}
        for unit in ("wall_seconds", "cpu_seconds")
    }
    return {
        "articles": counts["elastic"].articles,
        "passages": counts["elastic"].passages,
        "findings": {name: each.findings for name, each in counts.items()},
        "same_copies": stories["elastic"] == stories["sqlite"],
        "models": models,
        "stages": stages,
        "requests": requests,
        "requests_per_article": {
            stage: round(sum(asked.values()) / counts["elastic"].articles, 2) for stage, asked in requests.items()
        },
        "total": total,
        "ratio": {unit: round(each["elastic"] / each["sqlite"], 2) for unit, each in total.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="", help="a server to measure; without it the tests' node is started")
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--models", action="store_true", help="the real embedder and judge")
    parser.add_argument("--json", type=Path, help="where to write the numbers")
    options = parser.parse_args()
    with serving_node(options.url) as (url, node):
        urls = {"sqlite": "sqlite:{folder}/whole.db", "elastic": url}
        process = psutil.Process(node.pid) if node else None
        found = measure(urls, articles=options.articles, models=options.models, node=process)
        report(found, options.json)


if __name__ == "__main__":
    main()
