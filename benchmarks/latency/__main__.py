"""From an entry's appearance in a feed to its mail in a mail server: `make bench-latency`.

    python -m benchmarks.latency [--mode watch|airflow] [--events 30] [--light] [--minutes 60] [--json FILE]

watch: `monitor run --watch`. airflow: `airflow standalone` on PostgreSQL, where a run of `ingest_feeds` is asked for
when the entry has appeared, in place of waiting up to two minutes for the timer. Packaged models (`--light`: the quick
stand-ins); the grades' thresholds are lowered so that each event raises a mail of its own: this measures time alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.latency.events import Event, read_events, write_seeds
from benchmarks.latency.handover import TaskSpan, seconds_in_tasks, spans_of
from benchmarks.latency.servers import running_postgres
from benchmarks.latency.site import FeedSite, Inbox, serving_feed, serving_mail
from tests.stack.running import Airflow, free_port, running_airflow

PATIENCE_SECONDS = 420.0
"""For one event; then it counts as not mailed and the next one comes."""
TARGETS = {"watch": 10.0, "airflow": 60.0}
Numbers = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description="Latency from a feed's entry to the mail.")
    parser.add_argument("--mode", choices=["watch", "airflow", "both"], default="both")
    parser.add_argument("--events", type=int, default=30)
    parser.add_argument("--light", action="store_true", help="the quick stand-ins for the models")
    parser.add_argument("--minutes", type=float, default=90, help="no new event of a mode after so long")
    parser.add_argument("--json", type=Path, help="write every event's times here")
    options = parser.parse_args()
    results = []
    for mode in ("watch", "airflow") if options.mode == "both" else (options.mode,):
        with tempfile.TemporaryDirectory(prefix="latency-") as name:
            results.append(measure(mode, options, Path(name)))
        show(results[-1])
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


def measure(mode: str, options: argparse.Namespace, folder: Path) -> Numbers:
    """One mode over the events; the first event is not counted, it pays for the start."""
    events = read_events()[: options.events + 1]
    with serving_feed() as site, serving_mail() as inbox:
        config = write_config(folder, site, inbox, is_light="yes" if options.light else "")
        monitor("seeds", "load", config=config)
        begun = time.time()
        with watching(config) if mode == "watch" else under_airflow(folder, config) as (ask, spans):
            lines = drive(events, site, inbox, ask, until=begun + options.minutes * 60)
            rows = [line | handed_over(line, spans()) for line in lines] if mode == "airflow" else lines
    return {
        "mode": mode,
        "models": "light" if options.light else "packaged",
        "load": [round(value, 1) for value in os.getloadavg()],
        "events": rows[1:],
        "mails": inbox.mails,
    }


def drive(
    events: Sequence[Event], site: FeedSite, inbox: Inbox, ask: Callable[[], None], *, until: float
) -> list[Numbers]:
    """One event after the other: shown, asked for, waited for."""
    chance, lines = random.Random(7), []
    for event in events:
        if time.time() > until:
            break
        time.sleep(chance.uniform(0, 3))  # events do not know the rhythm of the polls
        site.show(event)
        ask()
        give_up_at = time.time() + PATIENCE_SECONDS
        while event.id not in inbox.mailed_at and time.time() < give_up_at:
            time.sleep(0.05)
        line: Numbers = {
            "event": event.id,
            "shown_at": site.shown_at[event.id],
            "polled_at": site.polled_at.get(event.id),
            "mailed_at": inbox.mailed_at.get(event.id),
        }
        print(f"{event.id}: {told(line)}; load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        lines.append(line)
    return lines


def told(line: Numbers) -> str:
    if not line["polled_at"] or not line["mailed_at"]:
        return "no mail"
    to_poll, to_mail = line["polled_at"] - line["shown_at"], line["mailed_at"] - line["polled_at"]
    return f"poll after {to_poll:.1f} s, mail {to_mail:.1f} s later"


@contextmanager
def watching(config: Path) -> Iterator[tuple[Callable[[], None], Callable[[], list[TaskSpan]]]]:
    """`monitor run --watch`; nobody needs to ask it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor.cli", "run", "--watch", "--config", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield (lambda: None), list
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)


@contextmanager
def under_airflow(folder: Path, config: Path) -> Iterator[tuple[Callable[[], None], Callable[[], list[TaskSpan]]]]:
    """`airflow standalone` with PostgreSQL; a run of `ingest_feeds` is asked for after each event."""
    with (
        running_postgres(free_port()) as address,
        running_airflow(folder, config, AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=address) as airflow,
    ):
        airflow.wait_for("the DAGs are known", lambda: bool(airflow.call("/dags?limit=1")["dags"]))
        airflow.wait_for("the timer's first run has ended", lambda: has_ended(airflow, "ingest_feeds"))
        yield (lambda: ask(airflow)), (lambda: spans_of(task_instances(airflow)))


def ask(airflow: Airflow) -> None:
    airflow.trigger("ingest_feeds")


def has_ended(airflow: Airflow, dag_id: str) -> bool:
    return any(run["state"] in ("success", "failed") for run in airflow.runs(dag_id))


def task_instances(airflow: Airflow) -> list[Numbers]:
    """All of them, by pages."""
    found: list[Numbers] = []
    while True:
        page = airflow.call(f"/dags/~/dagRuns/~/taskInstances?limit=100&offset={len(found)}&order_by=id")
        found += page["task_instances"]
        if not page["task_instances"] or len(found) >= page["total_entries"]:
            return found


def handed_over(line: Numbers, spans: Sequence[TaskSpan]) -> Numbers:
    """Seconds between poll and mail in which no task ran."""
    if not line["polled_at"] or not line["mailed_at"]:
        return {}
    whole = line["mailed_at"] - line["polled_at"]
    return {"handed_over": whole - seconds_in_tasks(spans, line["polled_at"], line["mailed_at"])}


def show(result: Numbers) -> None:
    """The table's rows as they stand in benchmarks/README.md."""
    done = [line for line in result["events"] if line["polled_at"] and line["mailed_at"]]
    print(f"{result['mode']}, {result['models']} models: {len(done)} of {len(result['events'])} events mailed, "
          f"{result['mails']} mails; load at the end {result['load']}")  # fmt: skip
    if not done:
        return
    beyond = [line["mailed_at"] - line["polled_at"] for line in done]
    whole = [line["mailed_at"] - line["shown_at"] for line in done]
    print(f"  beyond the poll: median {np.median(beyond):.1f} s, p95 {np.quantile(beyond, 0.95):.1f} s, "
          f"most {max(beyond):.1f} s (target p95 < {TARGETS[result['mode']]:.0f} s)")  # fmt: skip
    print(f"  from appearance: median {np.median(whole):.1f} s, p95 {np.quantile(whole, 0.95):.1f} s")
    if result["mode"] == "airflow":
        between = [line["handed_over"] for line in done]
        print(
            f"  of it Airflow's hand-over: median {np.median(between):.1f} s, {sum(between) / sum(beyond):.0%} of all"
        )


def monitor(*arguments: str, config: Path) -> None:
    subprocess.run([sys.executable, "-m", "monitor.cli", *arguments, "--config", str(config)], check=True)


def write_config(folder: Path, site: FeedSite, inbox: Inbox, *, is_light: str) -> Path:
    feeds = {"feeds": [{"url": f"{site.base_url}/feed.xml", "title": "Town Courier", "language": "en"}]}
    (folder / "feeds.yaml").write_text(yaml.safe_dump(feeds), encoding="utf-8")
    desk = {"name": "desk", "channel": "smtp", "address": "desk@example.org", "digest": False}
    settings = {
        "store": {"url": f"sqlite:{folder / 'monitor.db'}"},
        "fetch": {"allow_private": ["127.0.0.0/8"]},
        "judge": {"possible_contradicts": 0.6, "possible_matches": 0.6},
        "alert": {
            "smtp": {"host": "127.0.0.1", "port": inbox.port, "security": "none"},
            "recipients": [desk | {"grades": ["likely", "possible"], "max_mails_per_hour": 10_000}],
        },
        "run": {"progress": False},
        "feeds": str(folder / "feeds.yaml"),
        "alerts": str(folder / "alerts.yaml"),
        "seeds": str(write_seeds(folder / "seeds", read_events())),
    }
    if is_light:
        settings["embed"] = {"model": "hashing"}
        settings["judge"] = {"kind": "lexical", "possible_contradicts": 0.3, "possible_matches": 0.3,
                             "candidate_similarity": 0.1}  # fmt: skip
    path = folder / "monitor.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
