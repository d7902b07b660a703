"""The compose file's own commands, run against stand-ins on loopback that answer as Elasticsearch and Kibana do.

Without a container engine this is as near as one can come: health checks and scripts are taken from the shipped files
word for word, only host names are put in the place of others. What it cannot show: that the real images start.
"""

from __future__ import annotations

import base64
import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
PASSWORD = "Elastic123"


@dataclass
class StandIn:
    """One server for both: Elasticsearch's `/` and `_password`, Kibana's redirect to its login."""

    url: str = ""
    kibana_is_up: bool = False
    passwords: list[str] = field(default_factory=list)
    """Given to kibana_system so far."""

    def answer(self, method: str, path: str, login: str, body: bytes) -> tuple[int, bytes]:
        if path == "/kibana":
            return (302, b"") if self.kibana_is_up else (503, b"Kibana server is not ready yet")
        if login != f"elastic:{PASSWORD}":
            return 401, b'{"error": "unable to authenticate user"}'
        if method == "POST" and path == "/_security/user/kibana_system/_password":
            self.passwords.append(json.loads(body)["password"])
            return 200, b"{}"
        return 200, b'{"tagline": "You Know, for Search"}'


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    state = StandIn()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            login = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, answer = state.answer(self.command, self.path, login, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        do_GET = do_HEAD = do_POST = handle_any  # noqa: N815 - http.server calls them so

        def log_message(self, *_arguments: Any) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def shell(command: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin"} | env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def health_check(service: str, *, at: str, instead_of: str) -> str:
    kind, command = SERVICES[service]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    assert instead_of in command
    return str(command).replace("$$", "$").replace(instead_of, at)


def test_elasticsearch_is_healthy_once_it_knows_our_password(stand_in: StandIn) -> None:
    check = health_check("elasticsearch", at=stand_in.url, instead_of="http://localhost:9200")
    assert shell(check, ELASTIC_PASSWORD=PASSWORD).returncode == 0
    assert shell(check, ELASTIC_PASSWORD="another1").returncode != 0


def test_elasticsearch_that_is_not_there_is_not_healthy() -> None:
    check = health_check("elasticsearch", at="http://127.0.0.1:9", instead_of="http://localhost:9200")
    assert shell(check, ELASTIC_PASSWORD=PASSWORD).returncode != 0


def test_kibana_is_healthy_once_it_sends_visitors_to_the_login(stand_in: StandIn) -> None:
    check = health_check("kibana", at=f"{stand_in.url}/kibana", instead_of="http://localhost:5601")
    assert shell(check).returncode != 0
    stand_in.kibana_is_up = True
    assert shell(check).returncode == 0


def kibana_password(url: str, **env: str) -> subprocess.CompletedProcess[str]:
    name = "docker/kibana_password.sh"
    assert SERVICES["kibana-password"]["entrypoint"] == ["bash", "/setup/kibana_password.sh"]
    script = (ROOT / name).read_text(encoding="utf-8").replace("http://elasticsearch:9200", url)
    return shell(script.replace("sleep 2", "sleep 0"), **env)


def test_the_set_up_job_gives_kibana_its_password(stand_in: StandIn) -> None:
    done = kibana_password(stand_in.url, ELASTIC_PASSWORD=PASSWORD, KIBANA_PASSWORD="Kibana456")
    assert done.returncode == 0, done.stderr
    assert stand_in.passwords == ["Kibana456"]


def test_the_set_up_job_fails_and_says_what_elasticsearch_answered(stand_in: StandIn) -> None:
    done = kibana_password(stand_in.url, ELASTIC_PASSWORD="another1", KIBANA_PASSWORD="Kibana456")
    assert done.returncode == 1
    assert "unable to authenticate" in done.stderr
    assert stand_in.passwords == []
