"""What is right to find in the three texts, by our own reading: position → numbers of the texts (1 to 3).

A finding on a text that stands in none of these tables is wrong; one in `ARGUABLE` counts neither way.
"""

from __future__ import annotations

from monitor.models import VerdictLabel

MATCHES = {
    "us-no-troops": {3},
    "us-no-nato-membership-in-settlement": {3},
    "us-article-5-excludes-troops-in-ukraine": {3},
    "us-europe-bears-most-aid": {3},
    "us-2014-borders-unrealistic": {3},
    "us-committed-to-nato": {3},
    "us-no-imbalanced-relationship": {3},
    "us-european-security-not-first": {3},
    "us-guarantees-from-european-troops": {3},
    "us-ukraine-should-negotiate-peace": {3},
    "zelensky-guarantees-need-america": {3},
    "us-no-policy-change": {1},
    "us-nato-in-ukraines-future": {2},
    "us-not-discouraging-offensives": {2},
    "us-war-ends-by-negotiation": {2},
    "us-strongest-hand-for-ukraine": {1, 2},
    "allies-shift-from-victory-to-negotiation": {1, 2},
    "us-talks-under-discussion": {2},
    "putin-open-to-truce-at-front-line": {1},
    "beebe-time-works-against-ukraine": {2},
    "pfaff-defence-conserves-resources": {1, 2},
}
CONTRADICTS = {
    "us-no-policy-change": {1, 2, 3},  # "is quietly changing", "are shifting focus", "shifts stance"
    "us-nato-in-ukraines-future": {3},
}
REVERSED_BY_THE_THIRD = ("us-no-policy-change", "us-nato-in-ukraines-future")
"""Positions of the first two texts that the third one reverses: to be found as contradictions in it."""
ARGUABLE = {
    ("us-war-ends-by-negotiation", VerdictLabel.MATCHES, 3),  # the next administration wants talks too
    ("us-strongest-hand-for-ukraine", VerdictLabel.CONTRADICTS, 3),
    ("allies-shift-from-victory-to-negotiation", VerdictLabel.MATCHES, 3),
    ("us-nato-in-ukraines-future", VerdictLabel.MATCHES, 1),  # the European Union would admit it sooner
    ("us-talks-under-discussion", VerdictLabel.MATCHES, 1),
    ("zelensky-guarantees-need-america", VerdictLabel.CONTRADICTS, 3),
}
BELONGS: frozenset[str] = frozenset()
"""First eight characters of the pages' names that belong to the seed story: none of the 181 (all of 2019) does."""


def is_right(position_id: str, verdict: VerdictLabel, text: int) -> bool | None:
    """True, False, or None where one may argue."""
    if (position_id, verdict, text) in ARGUABLE:
        return None
    table = MATCHES if verdict is VerdictLabel.MATCHES else CONTRADICTS
    return text in table.get(position_id, set())
