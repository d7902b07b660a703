"""`kill -9` at any moment of `monitor run`, then run again: same findings, each alert mailed exactly once.

Fetching is killed in a test of its own: what arrives in two visits has another order than what arrives in one, so that
another copy of a report is the first, and rightly the evidence.

Real processes, a real SMTP server, the sample news over loopback. The embedder and the judge are the two that need no
model: what is tested here is what a crash leaves behind, and a process with models would be killed while loading them.
"""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from samples.demo import sample_feeds, serving, write_config

pytestmark = pytest.mark.services

KILLS = 6


class Inbox:
    """Keeps every message that the server has accepted."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content))
        return "250 kept"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    handler = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])  # the controller cannot be told to take any free one
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


def configure(folder: Path, site: Any, smtp_port: int) -> Path:
    path = write_config(folder, sample_feeds(site))
    settings = yaml.safe_load(path.read_text())
    settings["embed"] = {"model": "hashing"}
    settings["judge"] = {
        "kind": "lexical",
        "candidate_similarity": 0.1,
        "possible_matches": 0.5,
        "possible_contradicts": 0.5,
    }
    settings["run"] = {"progress": False, "batch": 7}
    settings["alert"]["lease_seconds"] = 1
    settings["alert"]["retry_seconds"] = 0
    settings["alert"]["max_alerts_per_mail"] = 1
    settings["alert"]["smtp"] = {"host": "127.0.0.1", "port": smtp_port, "security": "none"}
    settings["alert"]["recipients"].append(
        {
            "name": "by mail",
            "channel": "smtp",
            "address": "desk@example.org",
            "grades": ["likely", "possible"],
            "max_mails_per_hour": 1000,
        }
    )
    settings["alert"]["recipients"][0]["max_mails_per_hour"] = 1000
    path.write_text(yaml.safe_dump(settings))
    return path


def monitor(*arguments: str, config: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "monitor.cli", *arguments, "--config", str(config)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def answer(*arguments: str, config: Path) -> Any:
    with monitor(*arguments, "--json", config=config) as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode in (0, 1), err
    return json.loads(out)


def essence(findings: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What must be the same after a crash: everything but our clock."""
    return sorted(
        (
            finding["id"],
            finding["grade"],
            round(finding["probability"], 4),
            finding["publishers"],
            tuple(sorted((e["article_id"], e["passage"], e["is_copy"]) for e in finding["evidence"])),
        )
        for finding in findings
    )


def settle(config: Path) -> None:
    """Run until nothing is left: a lease of a killed run has to end first."""
    for _ in range(8):
        answer("run", config=config)
        states = Counter(alert["state"] for alert in answer("alerts", "list", config=config))
        if set(states) <= {"sent"}:
            return
        time.sleep(1.2)
    pytest.fail(f"alerts are still not sent: {states}")


def kill_midway(command: str, *, config: Path, within_seconds: float, rng: random.Random) -> None:
    with monitor(command, config=config) as process:
        time.sleep(rng.uniform(0.3, max(1.0, within_seconds)))
        process.kill()


def test_fetching_that_is_killed_at_random_moments_loses_no_article_and_keeps_none_twice(
    tmp_path: Path, inbox: tuple[Inbox, int]
) -> None:
    rng = random.Random(20250313)
    with serving(day=10) as site:
        calm = configure(tmp_path / "calm", site, inbox[1])
        started = time.monotonic()
        answer("fetch", config=calm)
        usual_seconds = time.monotonic() - started
        shaken = configure(tmp_path / "shaken", site, inbox[1])
        for _ in range(KILLS // 2):
            kill_midway("fetch", config=shaken, within_seconds=usual_seconds, rng=rng)
        answer("fetch", config=shaken)
    kept = [article["id"] for article in answer("articles", "list", "--limit", "1000", config=shaken)]
    expected = [article["id"] for article in answer("articles", "list", "--limit", "1000", config=calm)]
    assert expected
    assert sorted(kept) == sorted(expected)


def test_killed_at_random_moments_it_finds_the_same_and_mails_each_alert_once(
    tmp_path: Path, inbox: tuple[Inbox, int]
) -> None:
    kept, port = inbox
    rng = random.Random(20250312)
    with serving(day=10) as site:
        calm = configure(tmp_path / "calm", site, port)
        answer("seeds", "load", config=calm)
        started = time.monotonic()
        settle(calm)
        usual_seconds = time.monotonic() - started
        expected = essence(answer("findings", "list", config=calm))
        assert expected, "the sample news must raise findings, or this test shows nothing"
        calm_mails = Counter(str(message["Message-ID"]) for message in kept.messages)
        kept.messages.clear()

        shaken = configure(tmp_path / "shaken", site, port)
        answer("seeds", "load", config=shaken)
        answer("fetch", config=shaken)
        for _ in range(KILLS):
            kill_midway("run", config=shaken, within_seconds=usual_seconds, rng=rng)
        settle(shaken)

    assert essence(answer("findings", "list", config=shaken)) == expected
    alerts = answer("alerts", "list", config=shaken)
    mails = Counter(str(message["Message-ID"]) for message in kept.messages)
    by_mail = [alert for alert in alerts if alert["channel"] == "smtp"]
    assert {alert["message_id"] for alert in by_mail} == set(mails)
    assert len(mails) == len(by_mail) == len(calm_mails)
    # A mail that the server took in the instant before the kill comes again under the same Message-ID: at most those.
    assert sum(mails.values()) - len(mails) <= KILLS
    files = list((tmp_path / "shaken" / "mail").rglob("*.eml"))
    assert len(files) == len([alert for alert in alerts if alert["channel"] == "directory"])


def test_a_mail_server_that_is_away_delays_the_mails_and_loses_none(tmp_path: Path, inbox: tuple[Inbox, int]) -> None:
    kept, port = inbox
    with serving(day=6) as site:
        config = configure(tmp_path, site, 9)  # the discard port: nobody listens
        answer("seeds", "load", config=config)
        answer("run", config=config)
        waiting = [a for a in answer("alerts", "list", config=config) if a["channel"] == "smtp"]
        assert waiting
        assert {alert["state"] for alert in waiting} == {"failed"}
        assert all(alert["last_error"] for alert in waiting)
        settings = yaml.safe_load(config.read_text())
        settings["alert"]["smtp"]["port"] = port
        config.write_text(yaml.safe_dump(settings))
        settle(config)
    assert len(kept.messages) == len(waiting)
