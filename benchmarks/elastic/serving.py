"""What the benchmarks of this folder share: a node to measure, and where the numbers go."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.services.elasticsearch.node import ElasticNode


@contextmanager
def serving_node(url: str) -> Iterator[tuple[str, ElasticNode | None]]:
    """(address, node): the server at `url`, or the tests' node, started for the while, where `url` is empty."""
    if url:
        yield url, None
        return
    with tempfile.TemporaryDirectory() as folder:
        node = ElasticNode(Path(folder) / "data", heap="1g")
        node.start()
        try:
            yield node.url, node
        finally:
            node.stop()


def report(found: dict[str, Any], path: Path | None) -> None:
    """Print the numbers as JSON, and keep them in a file where one is named."""
    text = json.dumps(found, indent=2)
    print(text)
    if path:
        path.write_text(text + "\n", encoding="utf-8")
