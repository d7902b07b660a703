"""The demo: the whole pipeline with the real models over the sample news gives the golden findings, readably."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.bootstrap import open_services
from monitor.models import AlertState, ArticleState
from monitor.pipeline import run_once
from monitor.settings import load_settings
from monitor.store.base import ArticleFilter
from samples.demo import SEEDS, Demo, run_demo
from tests.golden.write import GOLDEN, essence

pytestmark = pytest.mark.models

EXPECTED = SEEDS.parent / "expected.yaml"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return run_demo(tmp_path_factory.mktemp("demo"))


def findings(demo: Demo) -> list[dict[str, Any]]:
    with open_services(load_settings(demo.config)) as services:
        return essence(services.store.findings())


def test_the_findings_are_the_golden_ones(demo: Demo) -> None:
    assert findings(demo) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_no_likely_finding_is_wrong(demo: Demo) -> None:
    planted = {(f["position_id"], f["verdict"]) for f in yaml.safe_load(EXPECTED.read_text())["findings"]}
    wrong = [f for f in findings(demo) if f["grade"] == "likely" and (f["position_id"], f["verdict"]) not in planted]
    assert not wrong


def test_every_alert_was_sent_and_every_mail_shows_both_sentences(demo: Demo) -> None:
    with open_services(load_settings(demo.config)) as services:
        alerts = services.store.alerts()
        statements = [position.statement for position in services.store.positions()]
    assert {alert.state for alert in alerts} == {AlertState.SENT}
    mails = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in demo.mails.rglob("*.eml")]
    assert mails
    for mail in mails:
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        assert body is not None
        text = " ".join(body.get_content().split())
        assert any(" ".join(statement.split()) in text for statement in statements)


def test_nothing_was_lost(demo: Demo) -> None:
    with open_services(load_settings(demo.config)) as services:
        articles = services.store.articles(ArticleFilter(), limit=1_000)
    assert len(articles) == 53
    assert {article.state for article in articles} == {ArticleState.JUDGED}


def test_a_run_with_nothing_new_sends_nothing(demo: Demo) -> None:
    mails = sorted(demo.mails.rglob("*.eml"))
    with open_services(load_settings(demo.config)) as services:
        run_once(services)
    assert sorted(demo.mails.rglob("*.eml")) == mails


def test_the_report_is_one_page_without_a_network(demo: Demo) -> None:
    page = Path(demo.report).read_text(encoding="utf-8")
    assert "<script src" not in page
    assert "<link" not in page
    assert 'src="http' not in page
