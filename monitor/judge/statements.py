"""Whether a statement can serve as a position at all: advice for whoever writes seeds.

In: a statement, or positions. Out: warnings in plain words, or pairs of positions that seem to contradict each other.
Never: refuses anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from monitor.judge.cues import count_negations
from monitor.judge.features import content_words
from monitor.judge.lexical import score_one
from monitor.models import Position

MIN_WORDS, MAX_WORDS = 4, 35

_VERB = re.compile(
    r"\b(?:is|are|was|were|will|would|has|have|had|does|do|did|can|could|must|may|might|shall|should|won[’']t|cannot)\b|"
    r"(?<!\bno )(?<!\bthe )(?<!\ball )(?<!\bmore )(?<!\d )\b[a-z]{2,}(?:s|ed)\b",  # "keeps", but not "no troops"
    re.IGNORECASE,
)
_TWO_CLAIMS = re.compile(
    r";|,?\s+(?:and|but)\s+(?:it |he |she |they |that |also )?(?:will|would|is|are|has|have|does|wants|supports|"
    r"opposes|rejects|plans|says)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"^(?:he|she|it|they|we|i|you|this|that|these|those)\b", re.IGNORECASE)
_HEDGE = re.compile(r"\b(?:perhaps|maybe|probably|possibly|might|could)\b", re.IGNORECASE)


def statement_warnings(statement: str) -> list[str]:
    """What makes a statement hard to judge against; empty when nothing does."""
    text = statement.strip()
    words = text.split()
    checks = [
        (text.endswith("?"), "is a question: write what the holder says, as a sentence that can be true or false"),
        (len(words) < MIN_WORDS, f"has fewer than {MIN_WORDS} words: name who does what"),
        (len(words) > MAX_WORDS, f"has more than {MAX_WORDS} words: the judge compares one claim at a time"),
        (count_negations(text) >= 2, "holds two negations: say it without the double negative"),
        (bool(_TWO_CLAIMS.search(text)), "seems to hold two claims: make two positions of them"),
        (bool(words) and not _VERB.search(text), "has no verb: write a whole sentence"),
        (bool(_PRONOUN.match(text)), "begins with a pronoun: name the holder"),
        (bool(_HEDGE.search(text)), "is hedged: a “perhaps” can hardly be contradicted"),
    ]
    return [f"the statement {advice}" for is_wrong, advice in checks if is_wrong]


def contradictory_positions(positions: Sequence[Position]) -> list[tuple[str, str]]:
    """Ids of positions of one holder and one date that seem to differ on one thing: a hint, by words alone."""
    return [(one.id, two.id) for one, two in combinations(positions, 2) if _clash(one, two)]


def _clash(one: Position, two: Position) -> bool:
    same_holder = one.holder.casefold() == two.holder.casefold() or bool(one.office and one.office == two.office)
    if not same_holder or one.stated_on != two.stated_on or two.id == one.superseded_by or one.id == two.superseded_by:
        return False
    left, right = content_words(one.statement), content_words(two.statement)
    if len(left & right) < 0.6 * min(len(left), len(right)):
        return False
    matches, contradicts, neutral = score_one(one.statement, two.statement)
    return contradicts > max(matches, neutral - 1.0)
