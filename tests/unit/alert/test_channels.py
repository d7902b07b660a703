from __future__ import annotations

import email
import http.server
import json
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from monitor.alert import folder_of, make_channel
from monitor.alert.compose import compose_mail
from monitor.alert.directory import DirectoryChannel
from monitor.alert.plan import plan_alerts
from monitor.errors import DeliveryDeferred, SettingsInvalid
from monitor.settings.model import AlertSettings, Recipient
from tests.unit.alert.sample import DESK, FOLDER, NOW, POSITIONS, SETTINGS, STORIES, one_finding


@pytest.fixture
def message() -> EmailMessage:
    alerts = plan_alerts({}, [one_finding()], positions=POSITIONS, stories=STORIES, settings=SETTINGS, now=NOW)
    return compose_mail(alerts, SETTINGS, recipient=DESK)


def test_a_mail_becomes_a_file_that_mail_programs_read(tmp_path: Path, message: EmailMessage) -> None:
    DirectoryChannel(tmp_path / "new" / "folder").deliver(message, recipient="")
    (file,) = (tmp_path / "new" / "folder").iterdir()
    assert file.suffix == ".eml"
    read = email.message_from_bytes(file.read_bytes(), policy=default)
    assert read["Subject"] == message["Subject"]


def test_a_repeat_writes_over_the_same_file_even_with_a_later_date(tmp_path: Path, message: EmailMessage) -> None:
    channel = DirectoryChannel(tmp_path)
    channel.deliver(message, recipient="")
    message.replace_header("Date", "Wed, 04 Mar 2026 09:00:00 +0000")
    channel.deliver(message, recipient="")
    assert len(list(tmp_path.iterdir())) == 1


def test_files_are_listed_in_the_order_of_their_dates(tmp_path: Path, message: EmailMessage) -> None:
    for day in (4, 3, 5):
        message.replace_header("Date", f"Wed, {day:02} Mar 2026 09:00:00 +0000")
        message.replace_header("Message-ID", f"<{day}@x>")
        DirectoryChannel(tmp_path).deliver(message, recipient="")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [name[:8] for name in names] == ["20260303", "20260304", "20260305"]


def test_a_folder_that_cannot_be_made_is_deferred(tmp_path: Path, message: EmailMessage) -> None:
    (tmp_path / "file").write_text("in the way")
    channel = DirectoryChannel(tmp_path / "file" / "mail")
    with pytest.raises(DeliveryDeferred, match="cannot be written"):
        channel.deliver(message, recipient="")
    with pytest.raises(DeliveryDeferred, match="cannot be written"):
        channel.check()


def test_the_check_of_a_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    assert "can be written" in DirectoryChannel(tmp_path).check()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "folder"),
    [("desk", "var/mail/desk"), ("some/where", "some/where"), ("/abs/mail", "/abs/mail"), (".", "var/mail")],
)
def test_a_bare_name_lies_in_the_mail_folder_and_a_path_is_itself(address: str, folder: str) -> None:
    recipient = FOLDER.model_copy(update={"address": SecretStr(address)})
    assert folder_of(AlertSettings(), recipient) == Path(folder)


@pytest.mark.parametrize("kind", ["smtp", "directory", "apprise"])
def test_every_kind_of_recipient_has_its_channel(kind: str) -> None:
    recipient = Recipient(name="R", channel=kind, address=SecretStr("json://127.0.0.1"))  # type: ignore[arg-type]  # parametrized
    assert make_channel(SETTINGS, recipient).name == kind


class Room(http.server.BaseHTTPRequestHandler):
    status: ClassVar[int] = 200
    said: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        self.said.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it
        pass


@pytest.fixture
def room() -> Iterator[int]:
    Room.said.clear()
    server = http.server.HTTPServer(("127.0.0.1", 0), Room)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def apprise(port: int) -> Recipient:
    return Recipient(name="chat", channel="apprise", address=SecretStr(f"json://127.0.0.1:{port}/token-xyz"))


def test_apprise_gets_subject_and_text(room: int, message: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Room, "status", 200)
    make_channel(SETTINGS, apprise(room)).deliver(message, recipient="")
    (said,) = Room.said
    assert said["title"] == message["Subject"]
    assert "The export levy on grain stays in place" in said["message"]


def test_apprise_that_fails_is_deferred_without_showing_the_url(
    room: int, message: EmailMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Room, "status", 500)
    with pytest.raises(DeliveryDeferred) as caught:
        make_channel(SETTINGS, apprise(room)).deliver(message, recipient="")
    assert "token-xyz" not in str(caught.value)


def test_an_unknown_kind_of_url_is_a_mistake_in_the_settings() -> None:
    wrong = Recipient(name="chat", channel="apprise", address=SecretStr("nothing-known://x"))
    with pytest.raises(SettingsInvalid, match="Apprise"):
        make_channel(SETTINGS, wrong).check()


def test_the_check_of_apprise_sends_nothing(room: int) -> None:
    assert "nothing was sent" in make_channel(SETTINGS, apprise(room)).check()
    assert Room.said == []
