"""The words of the domain, as frozen values.

In: nothing but the standard library and numpy's array type. Out: what every room speaks.
Never: reads anything, decides anything. Times are UTC-aware and end in `_at`; dates end in `_on`.
Ids are computed from content (`make_id`), so that doing the same work twice names the same thing.
Everybody imports from here (`from monitor.models import Article`); the modules inside are for reading.
"""

from monitor.models.findings import Alert, AlertKind, AlertState, Attempt, Evidence, Finding, Review
from monitor.models.identity import Vector, make_id
from monitor.models.judging import (
    Cue,
    Grade,
    Pair,
    Probabilities,
    Relation,
    Speaker,
    SpeakerKind,
    Verdict,
    VerdictLabel,
)
from monitor.models.ledger import Office, Position, Seed, SeedArticle, Source, Story, StoryState, Term
from monitor.models.news import Article, ArticleState, Embedding, Entry, Feed, FeedHealth, FeedState, Passage
from monitor.models.stages import Stage, StageReport

__all__ = [
    "Alert",
    "AlertKind",
    "AlertState",
    "Article",
    "ArticleState",
    "Attempt",
    "Cue",
    "Embedding",
    "Entry",
    "Evidence",
    "Feed",
    "FeedHealth",
    "FeedState",
    "Finding",
    "Grade",
    "Office",
    "Pair",
    "Passage",
    "Position",
    "Probabilities",
    "Relation",
    "Review",
    "Seed",
    "SeedArticle",
    "Source",
    "Speaker",
    "SpeakerKind",
    "Stage",
    "StageReport",
    "Story",
    "StoryState",
    "Term",
    "Vector",
    "Verdict",
    "VerdictLabel",
    "make_id",
]
