"""`monitor run` on Elasticsearch: the findings are those of the embedded store, also when the node or the run itself is
killed meanwhile.

Real processes, the sample news over loopback, and the embedder and judge that need no model.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from samples.demo import sample_feeds, serving, write_config
from samples.site import SampleSite
from tests.services.elasticsearch.contract import connect
from tests.services.elasticsearch.node import ElasticNode

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElasticNode]:
    """A node that a test may kill."""
    node = ElasticNode(tmp_path_factory.mktemp("elastic") / "data")
    node.start()
    yield node
    node.stop()


@pytest.fixture(scope="module")
def site() -> Iterator[SampleSite]:
    with serving(day=10) as site:
        yield site


@pytest.fixture(scope="module")
def expected(site: SampleSite, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What the embedded store finds."""
    config = configure(tmp_path_factory.mktemp("sqlite"), site, {})
    run_until_done(config)
    return essence(answer("findings", "list", config=config))


def configure(folder: Path, site: SampleSite, store: dict[str, str]) -> Path:
    path = write_config(folder, sample_feeds(site))
    settings = yaml.safe_load(path.read_text("utf-8"))
    settings["store"] |= store
    settings["embed"] = {"model": "hashing"}
    settings["judge"] = {
        "kind": "lexical",
        "candidate_similarity": 0.1,
        "possible_matches": 0.5,
        "possible_contradicts": 0.5,
    }
    settings["run"] = {"progress": False}
    settings["alert"]["lease_seconds"] = 1
    settings["alert"]["retry_seconds"] = 0
    settings["alert"]["recipients"][0]["max_mails_per_hour"] = 1_000
    path.write_text(yaml.safe_dump(settings), "utf-8")
    answer("seeds", "load", config=path)
    return path


def start(*arguments: str, config: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "monitor.cli", *arguments, "--config", str(config), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def answer(*arguments: str, config: Path) -> Any:
    with start(*arguments, config=config) as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode in (0, 1), err
    assert out, err
    return json.loads(out)


def run_until_done(config: Path) -> None:
    """A node that has just started may still be too busy for a whole run: then it says to run again."""
    for _ in range(10):
        with start("run", config=config) as process:
            out, err = process.communicate(timeout=300)
        assert out or "run the command again" in err, err
        if out and all(alert["state"] == "sent" for alert in answer("alerts", "list", config=config)):
            return
        time.sleep(1.2)
    pytest.fail(f"still not done: {err}")


def essence(findings: list[dict[str, Any]]) -> list[Any]:
    """Everything but our clock."""
    return sorted(
        [
            f["id"],
            f["grade"],
            round(f["probability"], 4),
            sorted([e["article_id"], e["passage"]] for e in f["evidence"]),
        ]
        for f in findings
    )


def test_both_stores_give_the_same_findings(
    node: ElasticNode, site: SampleSite, expected: list[Any], tmp_path: Path
) -> None:
    config = configure(tmp_path, site, {"url": node.url, "index_prefix": "same"})
    run_until_done(config)
    assert expected
    assert essence(answer("findings", "list", config=config)) == expected


@pytest.mark.parametrize(
    ("moment", "kind", "query"),
    [
        ("extracting", "articles", {"terms": {"state": ["extracted", "set aside"]}}),
        ("alerting", "alerts", {"match_all": {}}),
    ],
)
def test_a_node_killed_in_the_middle_of_a_run_costs_nothing_and_doubles_nothing(
    node: ElasticNode,
    site: SampleSite,
    expected: list[Any],
    tmp_path: Path,
    moment: str,
    kind: str,
    query: dict[str, Any],
) -> None:
    config = configure(tmp_path, site, {"url": node.url, "index_prefix": f"killed-{moment}"})
    answer("fetch", config=config)  # what arrives in two visits has another order, and so other first reports
    with start("run", config=config) as process:
        wait_until_there_is(f"killed-{moment}-{kind}", query, node=node, while_runs=process)
        node.kill()
        process.communicate(timeout=300)
    node.start()
    run_until_done(config)
    nothing_is_lost_or_doubled(config, tmp_path, expected)


def test_a_run_that_is_killed_after_every_stage_costs_nothing_and_doubles_nothing(
    node: ElasticNode, site: SampleSite, expected: list[Any], tmp_path: Path
) -> None:
    config = configure(tmp_path, site, {"url": node.url, "index_prefix": "killed-run"})
    answer("fetch", config=config)
    ends = []
    for state in ("extracted", "embedded", "clustered", "judged"):
        with start("run", config=config) as process:
            wait_until_there_is("killed-run-articles", {"term": {"state": state}}, node=node, while_runs=process)
            process.kill()
            process.communicate(timeout=300)
        ends.append(process.returncode)
    assert ends.count(-signal.SIGKILL) > 1, "the runs were over before they could be killed: this shows nothing"
    run_until_done(config)
    nothing_is_lost_or_doubled(config, tmp_path, expected)


def nothing_is_lost_or_doubled(config: Path, folder: Path, expected: list[Any]) -> None:
    assert essence(answer("findings", "list", config=config)) == expected
    alerts = answer("alerts", "list", config=config)
    assert len({alert["id"] for alert in alerts}) == len(alerts)
    assert all(alert["state"] == "sent" for alert in alerts)
    mails = list((folder / "mail").rglob("*.eml"))
    assert len({mail.name for mail in mails}) == len(mails)


def wait_until_there_is(
    index: str, query: dict[str, Any], *, node: ElasticNode, while_runs: subprocess.Popen[str]
) -> None:
    with connect(node.url) as es:
        while while_runs.poll() is None:
            es.indices.refresh(index=index)
            if es.count(index=index, query=query)["count"]:
                return
            time.sleep(0.02)
