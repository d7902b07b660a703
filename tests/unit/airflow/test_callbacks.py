"""The operator hears of a failed task or a late run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from monitor.airflow.callbacks import tell_of_failure, tell_of_missed_deadline

FAILED = SimpleNamespace(task_id="judge", dag_id="judge_and_alert", try_number=4, run_id="scheduled__1")


@pytest.fixture
def mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings with an operator whose mails become files in the folder that is returned."""
    write_settings(tmp_path, store=f"sqlite:{tmp_path / 'monitor.db'}")
    monkeypatch.setenv("MONITOR_CONFIG", str(tmp_path / "monitor.yaml"))
    return tmp_path / "mail"


def write_settings(folder: Path, *, store: str) -> None:
    settings = {
        "store": {"url": store},
        "alert": {"operator": "ops@example.org", "directory": str(folder / "mail")},
        "alerts": str(folder / "none.yaml"),
    }
    (folder / "monitor.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")


def texts(mails: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(mails.rglob("*.eml"))]


def test_a_failed_task_is_mailed_with_its_reason(mails: Path) -> None:
    tell_of_failure({"ti": FAILED, "exception": RuntimeError("no such model")})
    [text] = texts(mails)
    assert "judge_and_alert: judge failed" in text
    assert "no such model" in text


def test_a_task_that_fails_all_day_is_mailed_once(mails: Path) -> None:
    for _ in range(3):
        tell_of_failure({"ti": FAILED, "exception": RuntimeError("no such model")})
    assert len(texts(mails)) == 1


def test_with_the_store_away_the_mail_goes_out_all_the_same(mails: Path) -> None:
    write_settings(mails.parent, store="sqlite:/proc/nowhere/monitor.db")
    tell_of_failure({"ti": FAILED, "exception": RuntimeError("the store is away")})
    assert len(texts(mails)) == 1


def test_a_callback_does_not_raise_when_the_settings_are_broken(mails: Path, caplog: pytest.LogCaptureFixture) -> None:
    (mails.parent / "monitor.yaml").write_text("store: {urll: x}\n", encoding="utf-8")
    tell_of_failure({"ti": FAILED})
    assert "the operator could not be told" in caplog.text
    assert texts(mails) == []


async def test_a_late_run_is_mailed(mails: Path) -> None:
    run = {"dag_id": "judge_and_alert", "dag_run_id": "asset__7"}
    await tell_of_missed_deadline(minutes=15, context={"dag_run": run})
    [text] = texts(mails)
    assert "judge_and_alert is late" in text
    assert "asset__7" in text
