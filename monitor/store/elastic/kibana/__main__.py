"""Write `config/kibana/monitor.ndjson`: `python -m monitor.store.elastic.kibana [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

from monitor.store.elastic.kibana import describe, to_ndjson


def main() -> None:
    """The objects for the default prefix; another one is made by `monitor setup`."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "config/kibana")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "monitor.ndjson").write_text(to_ndjson(describe("monitor")), "utf-8")


if __name__ == "__main__":
    main()
