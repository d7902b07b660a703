"""Made-up news for the tests of this room: an export levy on grain, whose office changed hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from pydantic import SecretStr

from monitor.alert.findings import JudgedPassage, merge_verdicts
from monitor.models import (
    Article,
    Cue,
    Feed,
    FeedHealth,
    FeedState,
    Finding,
    Grade,
    Passage,
    Position,
    Probabilities,
    Relation,
    Source,
    Speaker,
    SpeakerKind,
    Story,
    Verdict,
    VerdictLabel,
)
from monitor.settings.model import AlertSettings, Recipient

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
SEEN_AT = datetime(2026, 3, 3, 8, 12, tzinfo=UTC)
DESK = Recipient(name="Desk", channel="smtp", address=SecretStr("desk@example.org"))
FOLDER = Recipient(name="Archive", channel="directory", address=SecretStr("archive"))
SETTINGS = AlertSettings(message_domain="monitor.example.org", recipients=(DESK,))

POSITION = Position(
    id="grain-levy-stays",
    story_id="grain-levy",
    holder="Jonas Aske",
    office="agriculture-ministry",
    topic="export levy on grain",
    statement="The export levy on grain stays in place until the end of 2027.",
    stated_on=date(2025, 9, 14),
    source=Source(
        title="Minister's autumn address", publisher="Ministry of Agriculture", url="https://example.org/autumn"
    ),
)
POSITIONS = {POSITION.id: POSITION}
STORY = Story(id="grain-levy", title="The grain export levy", is_seed=True, opened_at=SEEN_AT, last_article_at=SEEN_AT)
STORIES = {STORY.id: STORY}
WORDS = "Marta Vell told parliament on Tuesday that the levy on grain exports will not stay beyond this summer."


def article(number: int = 1, *, publisher: str = "agency-x.example", copy_of: str = "", minutes: int = 0) -> Article:
    seen = SEEN_AT + timedelta(minutes=minutes)
    return Article(
        id=f"article-{number}",
        url=f"https://{publisher}/news/{number}",
        canonical_url=f"https://{publisher}/news/{number}",
        feed_url=f"https://{publisher}/feed",
        publisher=publisher,
        title="Minister drops the grain levy",
        published_at=seen - timedelta(minutes=7),
        first_seen_at=seen,
        story_id=STORY.id,
        copy_of=copy_of,
    )


def judged(
    about: Article | None = None,
    *,
    label: VerdictLabel = VerdictLabel.CONTRADICTS,
    relation: Relation = Relation.REVERSES,
    kind: SpeakerKind = SpeakerKind.SUCCESSOR,
    speaker: str = "Marta Vell",
    by_successor: bool = True,
    grade: Grade = Grade.LIKELY,
    probability: float = 0.93,
    text: str = WORDS,
    copies: int = 0,
    cue: str = "will not stay",
) -> JudgedPassage:
    about = about or article()
    rest = (1 - probability) / 2
    shares = {"matches": rest, "contradicts": rest, "neutral": rest, label.value: probability}
    at = text.find(cue)
    return JudgedPassage(
        verdict=Verdict(
            passage_id=f"{about.id}-p0",
            position_id=POSITION.id,
            label=label,
            probabilities=Probabilities(**shares),
            speaker=Speaker(name=speaker, kind=kind),
            relation=None if label is VerdictLabel.NEUTRAL else relation,
            by_successor=by_successor,
            grade=grade,
            cues=(Cue(kind="negation", start=at, end=at + len(cue)),) if at >= 0 else (),
            judge="test@1",
        ),
        passage=Passage(id=f"{about.id}-p0", article_id=about.id, index=0, start=0, end=len(text), text=text),
        article=about,
        copies=copies,
    )


def reported(about: Article | None = None, *, grade: Grade = Grade.LIKELY) -> JudgedPassage:
    return judged(
        about,
        relation=Relation.REPORTED,
        kind=SpeakerKind.ANONYMOUS,
        speaker="people familiar with the talks",
        by_successor=False,
        grade=grade,
        text="People familiar with the talks say the levy will not stay.",
    )


def denial(about: Article | None = None) -> JudgedPassage:
    return judged(
        about or article(9, publisher="paper-y.example", minutes=60),
        label=VerdictLabel.MATCHES,
        relation=Relation.REAFFIRMS,
        kind=SpeakerKind.HOLDER,
        speaker="Jonas Aske",
        by_successor=False,
        text='"The levy stays, whatever you have read," Jonas Aske said.',
        cue="The levy stays",
    )


def one_finding(item: JudgedPassage | None = None) -> Finding:
    (finding,) = merge_verdicts({}, [item or judged()], now=NOW)
    return finding


def grown(finding: Finding, **changes: object) -> Finding:
    return replace(finding, **changes)  # type: ignore[arg-type]  # a test names the fields


def feed(name: str) -> Feed:
    return Feed(url=f"https://{name}.example/feed", title=name.title(), publisher=name)


def feed_state(name: str, health: FeedHealth, reason: str = "") -> FeedState:
    return FeedState(url=f"https://{name}.example/feed", health=health, reason=reason, last_ok_at=SEEN_AT)
