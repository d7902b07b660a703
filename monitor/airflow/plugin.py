"""A link to Kibana in the side bar of Airflow's UI, where `alert.kibana_url` is set.

Registered by the entry point `airflow.plugins`, so that every Airflow with this package installed has it.
"""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

log = logging.getLogger(__name__)


def kibana_view(url: str) -> dict[str, Any]:
    """Airflow's description of the link; opens as a page of its own."""
    return {"name": "Kibana", "href": url, "destination": "nav", "category": "browse"}


class NewsMonitorPlugin(AirflowPlugin):  # type: ignore[misc]  # Airflow's types are not followed here
    """Reads the settings when Airflow loads its plugins; a mistake in them costs the link, not the UI."""

    name = "news_monitor"
    external_views: ClassVar[list[dict[str, Any]]] = []

    @classmethod
    def on_load(cls, *_args: Any, **_kwargs: Any) -> None:
        from monitor.errors import SettingsInvalid
        from monitor.settings import load_settings

        try:
            url = load_settings().alert.kibana_url
        except SettingsInvalid:
            log.exception("no link to Kibana: the settings are not valid")
            return
        if url:
            cls.external_views = [kibana_view(url)]
