"""Say it in plain words: relations, probabilities, times, counts; and make foreign text safe to show.

In: payloads (see `payload.py`) and values. Out: strings.
Never: HTML (escaping is the templates' work), a judgement of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

MAX_SUBJECT = 150
"""Characters of a subject: what clients show, and far below the 998 octets of a line (RFC 5322, 2.1.1)."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_REORDERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of what follows (UAX #9): a title must not turn the words around it."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)  # strftime follows the locale

_LABELS = {
    "reaffirms": "Reaffirmed",
    "reverses": "Reversed",
    "supports": "Supported",
    "disputes": "Disputed",
    "softens": "Softened",
}
_CHANGE_LABELS = {"denied": "Now denied", "on record": "Now on the record", "several": "Now from several publishers"}
_CHANGE_SENTENCES = {
    "denied": "The report stands as it was, but it has been denied since.",
    "on record": "So far only anonymous sources said so; now somebody says it on the record.",
    "several": "So far one publisher had it; now several independent ones do.",
}


def clean(text: object, limit: int = 0) -> str:
    """Foreign text without control characters, direction marks and lone surrogates; line breaks stay."""
    kept = str(text or "").replace("\r\n", "\n").replace("\r", "\n")
    kept = _LONE_SURROGATE.sub("\ufffd", _REORDERING.sub("", _CONTROL.sub(" ", kept)))
    return cut(kept, limit) if limit else kept


def one_line(text: object, limit: int = 300) -> str:
    """Foreign text as one line (titles, names, headers): no header can be smuggled in through it."""
    return cut(" ".join(clean(text).split()), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where there is one, with an ellipsis."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    at_word = kept.rsplit(None, 1)[0] if " " in kept[limit // 2 :] else kept
    return at_word.rstrip(" ,;:–—-") + "…"


def safe_url(url: object) -> str:
    """The address if it may be linked (http or https, no blanks or control characters), else empty."""
    text = str(url or "")
    if not re.fullmatch(r"https?://[^\s\x00-\x20\x7f-\x9f\"'<>\\`{}|^]{1,2000}", text, flags=re.IGNORECASE):
        return ""
    try:
        return text if clean(text) == text and urlsplit(text).hostname else ""
    except ValueError:  # such as an unclosed bracket in the host
        return ""


def time_words(moment: str | datetime | None) -> str:
    """`3 Mar 2026, 08:12 UTC`; empty for None."""
    when = _moment(moment)
    return f"{day_words(when.date())}, {when:%H:%M} UTC" if when else ""


def clock_words(moment: str | datetime | None) -> str:
    """`08:12 UTC`; empty for None."""
    when = _moment(moment)
    return f"{when:%H:%M} UTC" if when else ""


def day_words(day: str | date) -> str:
    """`3 Mar 2026`."""
    value = date.fromisoformat(day[:10]) if isinstance(day, str) else day
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def count_words(number: int, one: str, many: str = "") -> str:
    """`1 article`, `14 articles`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(probability: float) -> int:
    """Never 0 and never 100: no judge is that sure."""
    return min(99, max(1, round(probability * 100)))


def grade_words(grade: str, probability: float) -> str:
    """`likely (97 %)`: the grade is the word, and no second word for the same number stands beside it."""
    return f"{grade} ({percent(probability)} %)"


def caution_words(grade: str) -> str:
    """What the grade asks of the reader."""
    return "read the evidence before you use it" if grade == "likely" else "it may well be wrong, read it with care"


def relation_label(finding: Mapping[str, Any]) -> str:
    """Two or three words for a chip or a subject."""
    if finding["relation"] == "reported":
        return "Reported: the same" if finding["verdict"] == "matches" else "Reported: the opposite"
    label = _LABELS[finding["relation"]]
    return f"{label} by successor" if finding["by_successor"] else label


def relation_sentence(payload: Mapping[str, Any]) -> str:
    """Who stands how to the position, in one plain sentence."""
    finding, holder = payload["finding"], one_line(payload["position"]["holder"], 120) or "The holder"
    speaker = one_line(payload["evidence"][0]["speaker"], 120) if payload["evidence"] else ""
    same = "the same" if finding["verdict"] == "matches" else "the opposite"
    if "denied" in str(finding.get("state", "")).split("|"):
        return _denied_sentence(payload, holder=holder, same=same)
    if finding["relation"] == "reported":
        return f"Reported by anonymous or unnamed sources only: they say {same}."
    if finding["by_successor"]:
        who = f"{speaker}, of those now in office," if speaker else "Whoever holds the office now"
        return f"{who} {_successor_verb(finding, same)}"
    if finding["relation"] in ("reaffirms", "reverses") and speaker:
        who = f"{speaker[0].upper()}{speaker[1:]}"  # a spokesman, a minister: whoever spoke
        return f"{who} stands by it." if finding["relation"] == "reaffirms" else f"{who} now says the opposite."
    who = speaker or "The report itself"
    if finding["relation"] == "softens":
        return f"{who} hedges it or steps back from it."
    return f"{who} says {same}."


def _successor_verb(finding: Mapping[str, Any], same: str) -> str:
    return "hedges it or steps back from it." if finding["relation"] == "softens" else f"says {same}."


def _denied_sentence(payload: Mapping[str, Any], *, holder: str, same: str) -> str:
    answer = payload.get("answer")
    who = (one_line(answer["evidence"]["speaker"], 120) if answer else "") or holder
    if payload["finding"]["relation"] == "reported":
        return f"{who} denies it: unnamed sources had said {same}."
    return f"{who} takes it back, after having been quoted with {same}."


def change_sentence(change: str) -> str:
    return _CHANGE_SENTENCES.get(change, f"Changed: {change}.")


def headline(payload: Mapping[str, Any]) -> str:
    """The subject of a mail that carries this finding alone."""
    finding, position = payload["finding"], payload["position"]
    changes = payload.get("changes") or []
    label = _CHANGE_LABELS.get(changes[0], "Changed") if changes else relation_label(finding)
    if finding["grade"] == "possible" and not changes:
        label = f"Possible – {label}"
    return one_line(f"{label}: {one_line(position['holder'], 60)} on {one_line(position['topic'], 80)}", MAX_SUBJECT)


def origin_line(payload: Mapping[str, Any]) -> str:
    """`14 articles, 3 independent publishers, earliest: agency X, 3 Mar 2026, 08:12 UTC`."""
    finding = payload["finding"]
    line = (
        f"{count_words(finding['articles'], 'article')}, {count_words(finding['publishers'], 'independent publisher')}"
    )
    if not payload["evidence"]:
        return line
    first = min(payload["evidence"], key=lambda piece: str(piece["first_seen_at"]))
    return f"{line}, earliest: {publisher_words(first['publisher'])}, {time_words(first['first_seen_at'])}"


def publisher_words(publisher: object) -> str:
    return one_line(publisher, 80) or "a publisher without a name"


def _moment(value: str | datetime | None) -> datetime | None:
    if value is None or value == "":
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC)
