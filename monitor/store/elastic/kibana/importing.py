"""Hand saved objects to a running Kibana.

In: its address and the objects. Out: a line saying what was imported. Overwrites objects of the same ids, so that it
can be repeated; Kibana answers 200 also where it refused objects, so that its answer is read.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3

from monitor.errors import SettingsInvalid, StoreUnavailable
from monitor.settings import StoreSettings
from monitor.store.elastic.kibana.ndjson import SavedObject, to_ndjson

WAIT_SECONDS = 180.0
"""A Kibana that starts beside a fresh Elasticsearch took one to two minutes on a small machine."""
PAUSE_SECONDS = 2.0
REQUEST_SECONDS = 60.0
BUSY = (429, 502, 503, 504)
"""Answers of a Kibana, or of a proxy before it, that may be others a moment later."""


def import_kibana(
    kibana_url: str, objects: Iterable[SavedObject], *, login: StoreSettings, wait_seconds: float = WAIT_SECONDS
) -> str:
    """Wait until Kibana is available, import, and check. `login` is the store's: Kibana takes the same.

    Raises `StoreUnavailable` when it does not become available in time, `SettingsInvalid` when it refuses.
    """
    kibana = _Kibana(kibana_url, login)
    answer = kibana.hand_over(to_ndjson(objects), seconds=wait_seconds)
    if not answer.get("success"):
        raise SettingsInvalid(f"Kibana {kibana.name} refused saved objects: {_first_errors(answer)}")
    return f"Kibana {kibana.name}: {answer.get('successCount', 0)} saved objects imported"


class _Kibana:
    def __init__(self, url: str, login: StoreSettings) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsInvalid(f"alert.kibana_url: {url!r} is no address; write http(s)://HOST:PORT")
        self.name = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl().rstrip("/")
        self._headers = {"kbn-xsrf": "true", **_authorization(login)}
        ca: dict[str, Any] = {"ca_certs": str(login.ca_file)} if login.ca_file else {}
        self._pool = urllib3.PoolManager(timeout=REQUEST_SECONDS, retries=False, **ca)

    def hand_over(self, ndjson: str, *, seconds: float) -> dict[str, Any]:
        """Kibana's answer, as soon as it is available; a Kibana that is still starting may also drop the import."""
        give_up_at = time.monotonic() + seconds
        while True:
            state = self._state()
            if state == "available":
                found = self._send(ndjson)
                if not isinstance(found, str):
                    return found
                state = found
            if time.monotonic() >= give_up_at:
                raise StoreUnavailable(
                    f"Kibana {self.name} is not available after {seconds:.0f} seconds ({state}); "
                    "start it or correct alert.kibana_url, then run `monitor setup` again"
                )
            time.sleep(min(PAUSE_SECONDS, max(0.0, give_up_at - time.monotonic())))

    def _send(self, ndjson: str) -> dict[str, Any] | str:
        """The answer, or why it is worth another try."""
        # The name must end so: Kibana looks at it.
        file = ("objects.ndjson", ndjson.encode(), "application/ndjson")
        try:
            answer = self._pool.request(
                "POST",
                f"{self.name}/api/saved_objects/_import?overwrite=true",
                fields={"file": file},
                headers=self._headers,
            )
        except urllib3.exceptions.HTTPError as error:
            return f"it broke off the import: {type(error).__name__}"
        body = self._read(answer)
        if answer.status in BUSY:
            return f"it answered the import with {answer.status}"
        if answer.status != 200:
            raise SettingsInvalid(f"Kibana {self.name} refused the import: {answer.status} {body.get('message', '')}")
        return body

    def _state(self) -> str:
        try:
            answer = self._pool.request("GET", f"{self.name}/api/status", headers=self._headers)
        except urllib3.exceptions.SSLError as error:
            raise SettingsInvalid(f"Kibana {self.name}: its certificate cannot be trusted ({error})") from error
        except urllib3.exceptions.HTTPError as error:
            return f"no answer: {type(error).__name__}"
        body = self._read(answer)
        if answer.status != 200:
            return f"status {answer.status}"
        level = body.get("status", {}).get("overall", {}).get("level")
        return str(level or "it says nothing of its state")

    def _read(self, answer: urllib3.BaseHTTPResponse) -> dict[str, Any]:
        if answer.status in (401, 403):
            raise SettingsInvalid(
                f"Kibana {self.name} refuses this login ({answer.status}); it takes the store's: "
                "store.user with MONITOR_STORE__PASSWORD, or MONITOR_STORE__API_KEY"
            )
        try:
            body = json.loads(answer.data)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}


def _authorization(login: StoreSettings) -> dict[str, str]:
    if login.api_key is not None:
        return {"authorization": f"ApiKey {login.api_key.get_secret_value()}"}
    if login.user:
        password = login.password.get_secret_value() if login.password else ""
        return urllib3.make_headers(basic_auth=f"{login.user}:{password}")
    return {}


def _first_errors(answer: Mapping[str, Any]) -> str:
    errors = answer.get("errors") or [{"error": {"type": "no reason given"}}]
    told = [f"{e.get('type', '')} {e.get('id', '')}: {e.get('error', {})}" for e in errors[:3]]
    return "; ".join(told)[:600]
