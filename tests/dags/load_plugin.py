"""Let Airflow load its plugins and write what ours adds to the UI, as JSON. For test_edge.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from airflow import plugins_manager, settings


def main() -> None:
    settings.initialize()
    found = plugins_manager.get_plugin_info(["name", "external_views"])
    views = [view for plugin in found if plugin["name"] == "news_monitor" for view in plugin["external_views"]]
    errors = plugins_manager.get_import_errors()
    Path(sys.argv[1]).write_text(json.dumps({"views": views, "errors": errors}), encoding="utf-8")


if __name__ == "__main__":
    main()
