"""Let Airflow load its plugins and write what ours adds to the UI, as JSON. For test_edge.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from airflow import plugins_manager


def main() -> None:
    views, _ = plugins_manager._get_ui_plugins()
    errors = plugins_manager.get_import_errors() if hasattr(plugins_manager, "get_import_errors") else {}
    Path(sys.argv[1]).write_text(json.dumps({"views": views, "errors": errors}), encoding="utf-8")


if __name__ == "__main__":
    main()
