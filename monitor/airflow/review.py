"""Ask a person about `possible` findings in Airflow's UI, and understand the answer.

In: findings and positions; what was chosen. Out: questions (subject and body in Markdown); the analyst's word.
Never: touches the store (the tasks do), imports Airflow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from monitor.models import Finding, Grade, Position, Review

CONFIRM, DISMISS, LEAVE_OPEN = "Confirm", "Dismiss", "Leave open"
WORDS = {CONFIRM: Review.CONFIRMED, DISMISS: Review.DISMISSED}
MOST_QUESTIONS = 20
"""More would bury a person; the next run asks the rest."""
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~%-])")


def questions_about(findings: Sequence[Finding], positions: Mapping[str, Position]) -> list[dict[str, str]]:
    """One question per possible finding that nobody has judged yet, the surest first."""
    open_ones = [
        finding
        for finding in findings
        if finding.grade is Grade.POSSIBLE
        and finding.review is Review.NONE
        and finding.position_id in positions
        and finding.evidence
    ]
    ranked = sorted(open_ones, key=lambda finding: (-finding.probability, finding.id))
    return [_question(finding, positions[finding.position_id]) for finding in ranked[:MOST_QUESTIONS]]


def answer_to(subject: str, chosen: Sequence[str]) -> tuple[str, Review] | None:
    """Which finding the question was about and what was said; None when it was left open."""
    for word in chosen:
        if word in WORDS:
            return subject.partition(" ")[0], WORDS[word]
    return None


def _question(finding: Finding, position: Position) -> dict[str, str]:
    first = finding.evidence[0]
    speaker = first.speaker or "the article itself"
    body = [
        f"**{_plain(position.holder)}**, {position.stated_on}:",
        f"> {_plain(position.statement)}",
        f"**{_plain(speaker)}**, in {_plain(first.publisher)}:",
        f"> {_plain(first.passage)}",
        _summary(finding),
        f"Article: {_plain(first.url)}",
    ]
    return {"subject": f"{finding.id} {finding.verdict.value} {position.id}?", "body": "\n\n".join(body)}


def _summary(finding: Finding) -> str:
    judged = f"{finding.verdict.value}: {finding.relation.value}, probability {finding.probability:.2f}"
    return f"{judged}; independent publishers: {finding.publishers}"


def _plain(text: str) -> str:
    """Foreign words as words: no markup, no line breaks, and no templates (Airflow renders the body with Jinja)."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split())[:600])
