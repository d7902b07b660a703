"""The language-model judge against a real server on the loopback that misbehaves in every way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from monitor.errors import JudgeUnavailable, SettingsInvalid
from monitor.judge import make_judge
from monitor.judge.base import Judge
from monitor.models import Pair, Position, VerdictLabel
from monitor.settings import JudgeSettings, LlmSettings

POSITION = Position(
    id="p",
    story_id="s",
    holder="Norway",
    topic="troops",
    statement="Norway will not send ground troops to Ukraine.",
    stated_on=date(2025, 1, 1),
)
PAIR = Pair(passage_id="x", passage="Norway will send ground troops to Ukraine, it said.", position=POSITION)
Answer = Callable[[BaseHTTPRequestHandler], None]


class Stub:
    """An endpoint that answers as told and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = replying({"matches": 0.1, "contradicts": 0.8, "neutral": 0.1})
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                stub.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                stub.keys.append(self.headers.get("Authorization"))
                stub.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


def send(handler: BaseHTTPRequestHandler, body: bytes, *, status: int = 200, length: int | None = None) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def wrap(content: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


def replying(numbers: object) -> Answer:
    return lambda handler: send(handler, wrap(json.dumps(numbers)))


def failing(status: int) -> Answer:
    return lambda handler: send(handler, b"no", status=status)


@pytest.fixture
def stub() -> Iterator[Stub]:
    made = Stub()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def make(stub: Stub, **changes: Any) -> Judge:
    llm = LlmSettings.model_validate({"url": stub.url, "model": "m", "timeout_seconds": 1} | changes)
    return make_judge(JudgeSettings(kind="llm", llm=llm))


@pytest.fixture(autouse=True)
def _without_packaged_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr("monitor.judge.packaged_model", lambda: tmp_path)


def test_the_models_numbers_become_the_verdict(stub: Stub) -> None:
    (verdict,) = make(stub).judge([PAIR])
    assert verdict.label is VerdictLabel.CONTRADICTS
    assert verdict.probabilities.contradicts == pytest.approx(0.8, abs=0.01)
    assert verdict.judge.startswith("llm:m@")


def test_the_same_pair_is_asked_once(stub: Stub) -> None:
    judge = make(stub)
    assert judge.judge([PAIR, PAIR]) == [judge.judge([PAIR])[0]] * 2
    assert len(stub.asked) == 1


def test_the_passage_travels_as_data_and_the_key_as_header(stub: Stub) -> None:
    make(stub, api_key=SecretStr("k")).judge([PAIR])
    assert stub.keys == ["Bearer k"]
    assert json.loads(stub.asked[0]["messages"][1]["content"])["passage"] == PAIR.passage
    assert stub.asked[0]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    "answer",
    [
        lambda h: send(h, b"not json"),
        lambda h: send(h, b"{}"),
        lambda h: send(h, b'{"choices": []}'),
        lambda h: send(h, wrap("I think it contradicts.")),
        lambda h: send(h, b"[" * 100_000),
        lambda h: send(h, b" " * 400_000),
        replying({"matches": 2, "contradicts": 0, "neutral": 0}),
        replying({"matches": "NaN", "contradicts": 0, "neutral": 1}),
        replying({"matches": 0, "contradicts": 0, "neutral": 0}),
        replying({"matches": 0.5}),
        replying([1, 2, 3]),
        failing(400),
        failing(422),
    ],
)
def test_an_answer_that_is_none_is_left_to_the_next_judge(stub: Stub, answer: Answer) -> None:
    stub.answer = answer
    (verdict,) = make(stub).judge([PAIR])
    assert verdict.judge.startswith("lexical@")


@pytest.mark.parametrize("status", [500, 503, 429, 408, 302])
def test_a_failing_server_leaves_the_pairs_for_the_next_run(stub: Stub, status: int) -> None:
    stub.answer = failing(status)
    with pytest.raises(JudgeUnavailable, match=str(status)):
        make(stub).judge([PAIR])


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_or_model_is_a_matter_of_settings(stub: Stub, status: int) -> None:
    stub.answer = failing(status)
    with pytest.raises(SettingsInvalid, match=str(status)):
        make(stub).judge([PAIR])


def test_a_redirect_is_not_followed_with_the_key(stub: Stub) -> None:
    def redirect(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", stub.url + "/chat/completions")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    stub.answer = redirect
    with pytest.raises(JudgeUnavailable):
        make(stub, api_key=SecretStr("k")).judge([PAIR])
    assert len(stub.asked) == 1


def test_a_silent_server_is_given_up_in_time(stub: Stub) -> None:
    stub.answer = lambda handler: time.sleep(0.8)
    with pytest.raises(JudgeUnavailable):
        make(stub, timeout_seconds=0.2).judge([PAIR])


def test_a_dripping_server_is_given_up_in_time(stub: Stub) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(200):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return
            time.sleep(0.1)

    stub.answer = drip
    started = time.monotonic()
    with pytest.raises(JudgeUnavailable):
        make(stub, timeout_seconds=0.4).judge([PAIR])
    assert time.monotonic() - started < 10


def test_a_cut_answer_is_no_answer(stub: Stub) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        send(handler, wrap(json.dumps({"matches": 1, "contradicts": 0, "neutral": 0}))[:20], length=500)
        handler.close_connection = True

    stub.answer = cut
    (verdict,) = make(stub).judge([PAIR])
    assert verdict.judge.startswith("lexical@")


def test_nobody_listening_leaves_the_pairs_for_the_next_run(stub: Stub) -> None:
    with pytest.raises(JudgeUnavailable, match="next run"):
        make(stub, url="http://127.0.0.1:9/v1").judge([PAIR])


def test_beyond_the_budget_the_next_judge_serves(stub: Stub) -> None:
    other = Pair(passage_id="y", passage="Norway will not send ground troops to Ukraine.", position=POSITION)
    verdicts = make(stub, max_calls_per_day=1).judge([PAIR, other, PAIR])
    assert [v.judge.split("@")[0] for v in verdicts] == ["llm:m", "lexical", "llm:m"]
    assert len(stub.asked) == 1


def test_the_next_day_has_a_budget_of_its_own(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Pair(passage_id="y", passage="Norway will not send ground troops to Ukraine.", position=POSITION)
    judge = make(stub, max_calls_per_day=1)
    judge.judge([PAIR])
    tomorrow = time.time() + 86_400
    monkeypatch.setattr("monitor.judge.llm.time.time", lambda: tomorrow)
    assert judge.judge([other])[0].judge.startswith("llm:m")


@pytest.mark.parametrize("changes", [{"url": "file:///etc/passwd"}, {"model": ""}])
def test_wrong_settings_are_named(stub: Stub, changes: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match=r"judge\.llm"):
        make(stub, **changes)


def test_what_cannot_be_judged_costs_no_call(stub: Stub) -> None:
    (verdict,) = make(stub).judge([Pair(passage_id="z", passage="…", position=POSITION)])
    assert [cue.kind for cue in verdict.cues] == ["unjudged"]
    assert stub.asked == []
