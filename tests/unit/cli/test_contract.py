"""The command line is a contract: one JSON document on standard output, the log elsewhere, three exit statuses."""

from __future__ import annotations

import io
import json
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.cli import main

ITEM = {
    "id": "1",
    "url": "https://courier.example/1",
    "title": "Ministry drops the harbour tunnel",
    "content_html": "<p>The ministry will not build the harbour tunnel, Marta Vell told reporters on Saturday.</p>",
}
SEED = {
    "id": "harbour",
    "title": "The harbour tunnel",
    "summary": "Whether the ministry will build the tunnel below the harbour.",
    "positions": [
        {
            "id": "tunnel-built",
            "holder": "Marta Vell",
            "topic": "harbour tunnel",
            "statement": "The ministry will build the harbour tunnel.",
            "stated_on": "2024-01-01",
        }
    ],
}


class Desk:
    """Runs commands in this process as a person would, with settings of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "seeds").mkdir(exist_ok=True)
        (folder / "seeds/harbour.yaml").write_text(yaml.safe_dump(SEED))
        feed = folder / "feed.json"
        feed.write_text(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "d", "items": [ITEM]}))
        rows = {"feeds": [{"url": feed.as_uri(), "publisher": "c.example"}]}
        (folder / "feeds.yaml").write_text(yaml.safe_dump(rows))
        self.config = folder / "monitor.yaml"
        self.config.write_text(yaml.safe_dump(self._settings()))

    def _settings(self) -> dict[str, Any]:
        recipient = {"name": "d", "channel": "directory", "address": "d", "grades": ["likely", "possible"]}
        half = {"possible_matches": 0.5, "possible_contradicts": 0.5}
        return {
            "store": {"url": f"sqlite:{self.folder / 'm.db'}"},
            "fetch": {"pages": "never"},
            "embed": {"model": "hashing"},
            "judge": {"kind": "lexical", "candidate_similarity": 0.1, **half},
            "alert": {"directory": str(self.folder / "mail"), "recipients": [recipient]},
            "feeds": str(self.folder / "feeds.yaml"),
            "alerts": str(self.folder / "alerts.yaml"),
            "seeds": str(self.folder / "seeds"),
        }

    def monitor(self, *arguments: str, with_config: bool = True) -> tuple[int, str, str]:
        """(exit status, standard output, standard error)."""
        config = ("--config", str(self.config)) if with_config else ()
        out, err = io.StringIO(), io.StringIO()
        before, sys.argv = sys.argv, ["monitor", *arguments, *config]
        try:
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
                main()
        finally:
            sys.argv = before
        return int(ended.value.code or 0), out.getvalue(), err.getvalue()

    def json(self, *arguments: str) -> Any:
        status, out, err = self.monitor(*arguments, "--json")
        assert status in (0, 1), err
        return json.loads(out)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def store_after_a_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run starts worker processes, so it is done once; each test gets a copy of what it left."""
    desk = Desk(tmp_path_factory.mktemp("ran"))
    desk.monitor("seeds", "load")
    status, _, err = desk.monitor("run")
    assert status == 0, err
    return desk.folder / "m.db"


@pytest.fixture
def ran(desk: Desk, store_after_a_run: Path) -> Desk:
    for file in store_after_a_run.parent.glob("m.db*"):
        shutil.copy(file, desk.folder / file.name)
    return desk


def test_every_reading_command_prints_one_json_document(ran: Desk) -> None:
    for command in ("stories", "articles", "findings", "alerts", "positions"):
        assert isinstance(ran.json(command, "list"), list)
    assert ran.json("status")["feeds"]
    assert isinstance(ran.json("search", "harbour tunnel"), list)
    for command, kind in (("stories", "stories"), ("articles", "articles"), ("positions", "positions")):
        first = ran.json(kind, "list")[0]["id"]
        assert ran.json(command, "show", first)


def test_a_finding_holds_what_the_contract_names(ran: Desk) -> None:
    [finding] = ran.json("findings", "list")
    assert {
        "id", "position_id", "story_id", "verdict", "relation", "grade", "probability", "first_seen_at", "publishers",
        "evidence",
    } <= set(finding)  # fmt: skip
    assert {
        "article_id", "url", "publisher", "speaker", "passage", "start", "end", "published_at", "first_seen_at",
        "copies",
    } <= set(finding["evidence"][0])  # fmt: skip
    assert (finding["verdict"], finding["publishers"]) == ("contradicts", 1)
    article = ran.json("articles", "show", finding["evidence"][0]["article_id"])["article"]
    evidence = finding["evidence"][0]
    assert article["text"][evidence["start"] : evidence["end"]] == evidence["passage"]


def test_the_analysts_word_is_kept(ran: Desk) -> None:
    [finding] = ran.json("findings", "list")
    ran.monitor("findings", "dismiss", finding["id"])
    assert ran.json("findings", "show", finding["id"])["review"] == "dismissed"


def test_a_resent_alert_goes_out_again(ran: Desk) -> None:
    [alert] = ran.json("alerts", "list")
    assert alert["state"] == "sent"
    ran.monitor("alerts", "resend", alert["id"])
    ran.monitor("alert")
    assert len(ran.json("alerts", "show", alert["id"])["attempts"]) == 2


def test_an_unknown_id_is_wrong_use(ran: Desk) -> None:
    status, out, err = ran.monitor("findings", "show", "f-none")
    assert (status, out) == (2, "")
    assert "f-none" in err


def test_an_unknown_command_is_wrong_use(desk: Desk) -> None:
    status, out, err = desk.monitor("fly", with_config=False)
    assert (status, out) == (2, "")
    assert "fly" in err


def test_invalid_settings_do_nothing_and_name_the_line(desk: Desk) -> None:
    desk.config.write_text("store:\n  path: x\n")
    status, out, err = desk.monitor("run")
    assert (status, out) == (2, "")
    assert "monitor.yaml:2: store.path" in err


def test_a_feed_that_fails_ends_with_one_and_says_why(desk: Desk) -> None:
    (desk.folder / "feed.json").unlink()
    status, _, err = desk.monitor("run")
    assert status == 1
    assert "feed.json" in err


def test_a_broken_seed_is_named_and_nothing_is_loaded(desk: Desk) -> None:
    (desk.folder / "seeds/harbour.yaml").write_text("id: harbour\ntitel: x\n")
    status, _, err = desk.monitor("seeds", "check")
    assert status == 2
    assert "harbour.yaml:2: titel: no such field" in err


def test_feeds_check_stores_nothing(desk: Desk) -> None:
    [checked] = desk.json("feeds", "check", str(desk.folder / "feed.json"))
    assert (checked["ok"], len(checked["entries"])) == (True, 1)
    assert {"id", "url", "title", "published_at"} <= set(checked["entries"][0])
    assert not (desk.folder / "m.db").exists()


def test_eval_judge_answers_each_pair_and_measures_labelled_ones(desk: Desk) -> None:
    pair = {
        "id": "x",
        "position": {
            "holder": "Marta Vell",
            "aliases": [],
            "topic": "t",
            "statement": "Marta Vell will go.",
            "date": "2024-01-01",
        },
        "passage": "Marta Vell will not go, she said.",
    }
    path = desk.folder / "pairs.jsonl"
    path.write_text(json.dumps(pair) + "\n")
    answer = desk.json("eval", "judge", str(path))
    assert answer["metrics"] is None
    assert {"id", "verdict", "probabilities", "speaker", "relation", "grade"} <= set(answer["results"][0])
    assert sum(answer["results"][0]["probabilities"].values()) == pytest.approx(1)
    path.write_text(json.dumps({**pair, "verdict": "contradicts", "relation": "reverses"}) + "\n")
    assert desk.json("eval", "judge", str(path))["metrics"]["pairs"] == 1
    assert not (desk.folder / "m.db").exists()


def test_eval_stories_keeps_the_order_and_measures_labelled_ones(desk: Desk) -> None:
    path = desk.folder / "articles.jsonl"
    text = "The old mill in Harborough burned down on Monday night, and forty firefighters could not save its roof."
    rows = [
        {"id": "a", "title": "Mill burns", "text": text, "story_label": "mill", "time": "not a time"},
        {"id": "b", "title": "Mill is lost", "text": text, "story_label": "mill"},
        {"id": "c", "title": "Bank raises rates", "text": "The central bank raised its rate.", "story_label": "bank"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    answer = desk.json("eval", "stories", str(path))
    assert [result["id"] for result in answer["results"]] == ["a", "b", "c"]
    assert answer["results"][1]["copy_of"] == "a"
    assert answer["cpu_seconds"] >= 0
    assert answer["metrics"]


def test_a_file_that_is_not_json_lines_is_named_with_its_line(desk: Desk) -> None:
    path = desk.folder / "bad.jsonl"
    path.write_text('{"id": "a"}\nnot json\n')
    for command in ("stories", "judge"):
        status, out, err = desk.monitor("eval", command, str(path))
        assert (status, out) == (2, "")
        assert "bad.jsonl:" in err


def test_the_report_is_written_where_it_was_asked_for(ran: Desk) -> None:
    target = ran.folder / "deep/report.html"
    status, out, _ = ran.monitor("report", "--out", str(target))
    assert status == 0
    assert str(target) in out
    assert "harbour tunnel" in target.read_text()


def test_doctor_says_what_to_do(desk: Desk) -> None:
    checks = {check["check"]: check["ok"] for check in desk.json("doctor")}
    assert checks["settings"]
    assert checks["store"]


def test_control_characters_of_foreign_text_never_reach_the_terminal(desk: Desk) -> None:
    evil = {**ITEM, "title": "Evil \u001b[2J title of a harbour tunnel"}
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "d", "items": [evil]}
    (desk.folder / "feed.json").write_text(json.dumps(document))
    desk.monitor("run")
    _, out, _ = desk.monitor("articles", "list")
    assert "\u001b" not in out


def test_maintain_says_what_was_deleted_and_which_pages_were_read_again(desk: Desk) -> None:
    status, out, _ = desk.monitor("maintain", "--json")
    answer = json.loads(out)
    assert (status, answer["deleted_articles"], answer["edits"]["left"]) == (0, 0, 0)
