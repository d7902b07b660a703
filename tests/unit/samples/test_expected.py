"""What expected.yaml says about the invented news holds, word for word."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from samples.news import Article, load_news

SAMPLES = Path(__file__).parents[3] / "samples"
NEWS = load_news()
ARTICLES = {article.id: article for article in NEWS.articles}
EXPECTED: dict[str, list[dict[str, Any]]] = yaml.safe_load((SAMPLES / "expected.yaml").read_text())
FINDINGS = EXPECTED["findings"]
SEEDS = [yaml.safe_load(path.read_text()) for path in sorted((SAMPLES / "seeds").glob("*.yaml"))]
POSITIONS = {position["id"]: position for seed in SEEDS for position in seed["positions"]}
ANONYMOUS = "reported"


def _name(finding: dict[str, Any]) -> str:
    return f"{finding['position_id']}-{finding['relation']}"


def _paragraphs(article: Article) -> tuple[str, ...]:
    return article.body + article.revised_body


@pytest.mark.parametrize("finding", FINDINGS, ids=_name)
def test_every_article_of_a_finding_carries_its_sentence(finding: dict[str, Any]) -> None:
    own_words = {other["article"]: other["decisive"] for other in finding.get("also", [])}
    for article_id in finding["articles"]:
        sentence = own_words.get(article_id, finding["decisive"])
        assert any(sentence in paragraph for paragraph in _paragraphs(ARTICLES[article_id])), article_id


@pytest.mark.parametrize("finding", FINDINGS, ids=_name)
def test_a_finding_is_dated_by_its_first_article(finding: dict[str, Any]) -> None:
    articles = [ARTICLES[article_id] for article_id in finding["articles"]]
    assert [a.published_at for a in articles] == sorted(a.published_at for a in articles)
    first = articles[0]
    edited = not any(finding["decisive"] in paragraph for paragraph in first.body)
    assert finding["day"] == (first.revised_on_day if edited else first.day)


@pytest.mark.parametrize("finding", FINDINGS, ids=_name)
def test_independent_publishers_are_counted_without_copies(finding: dict[str, Any]) -> None:
    origins = {ARTICLES[article_id].copy_of or article_id for article_id in finding["articles"]}
    assert finding["independent"] == len({ARTICLES[origin].publisher for origin in origins})


@pytest.mark.parametrize("finding", FINDINGS, ids=_name)
def test_a_successor_is_one_by_date(finding: dict[str, Any]) -> None:
    position = POSITIONS[finding["position_id"]]
    offices = {office["id"]: office for seed in SEEDS for office in seed["offices"]}
    terms = offices[position["office"]]["terms"] if "office" in position else []
    spoken_on = ARTICLES[finding["articles"][0]].published_at.date()
    later = [term for term in terms if position["stated_on"] < term["from"] <= spoken_on]
    assert finding["by_successor"] == (finding["relation"] == "reverses" and bool(later))


@pytest.mark.parametrize("finding", [f for f in FINDINGS if f["relation"] != ANONYMOUS], ids=_name)
def test_a_named_speaker_stands_in_the_sentence_or_just_before(finding: dict[str, Any]) -> None:
    text = " ".join(_paragraphs(ARTICLES[finding["articles"][0]]))
    before = re.split(r"(?<=[.!?\"”]) ", text[: text.index(finding["decisive"])].strip())[-1]
    assert finding["speaker"].split()[-1] in before + finding["decisive"]


def test_a_trap_is_not_a_finding() -> None:
    found = {(f["position_id"], article_id) for f in FINDINGS for article_id in f["articles"]}
    for trap in EXPECTED["neutral_traps"]:
        assert trap["article"] in ARTICLES
        assert trap["position_id"] in POSITIONS
        assert (trap["position_id"], trap["article"]) not in found or "until_day" in trap


def test_everything_that_the_sample_promises_is_in_it() -> None:
    assert {f["relation"] for f in FINDINGS} == {
        "reaffirms",
        "reverses",
        "supports",
        "disputes",
        "softens",
        "reported",
    }
    assert any(f["by_successor"] for f in FINDINGS)
    assert sum(article.copy_of == "inland-quiet-shift" for article in NEWS.articles) == 4
    assert len(NEWS.articles) - len({a for f in FINDINGS for a in f["articles"]}) >= 14


@pytest.mark.parametrize("article", NEWS.articles, ids=lambda article: article.id)
def test_an_article_has_the_length_of_a_short_report(article: Article) -> None:
    assert 90 <= sum(len(paragraph.split()) for paragraph in article.body) <= 220
