"""Write the golden findings of the demo: `python -m tests.golden.write`, then look at the change."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.bootstrap import open_services
from monitor.models import Finding
from monitor.settings import load_settings
from samples.demo import run_demo

GOLDEN = Path(__file__).with_name("findings.json")


def essence(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """What must not change: all but our clock, the port of the site, and the last digits of probabilities."""
    rows = [
        {
            "position_id": finding.position_id,
            "story_id": finding.story_id,
            "verdict": finding.verdict.value,
            "relation": finding.relation.value,
            "by_successor": finding.by_successor,
            "grade": finding.grade.value,
            "publishers": finding.publishers,
            "evidence": sorted(
                {
                    f"{urlsplit(e.url).path} · {e.speaker or 'the article itself'} · {e.passage}"
                    for e in finding.evidence
                }
            ),
        }
        for finding in findings
    ]
    return sorted(rows, key=lambda row: (row["position_id"], row["relation"], row["by_successor"]))


def main() -> None:
    """Run the demo in a folder of its own and keep what it finds."""
    with tempfile.TemporaryDirectory() as folder:
        demo = run_demo(Path(folder))
        with open_services(load_settings(demo.config)) as services:
            rows = essence(services.store.findings())
    GOLDEN.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
