"""Turn a finding's payload into what the templates show: plain words, safe links, marked words.

In: payloads (see `payload.py`). Out: frozen views of strings and short lists.
Never: HTML; the templates escape.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from monitor.alert.words import (
    caution_words,
    change_sentence,
    clean,
    count_words,
    cut,
    day_words,
    grade_words,
    headline,
    one_line,
    origin_line,
    publisher_words,
    relation_label,
    relation_sentence,
    safe_url,
    time_words,
)

MAX_PASSAGE = 1_500
"""Characters of a passage that are shown; one to three sentences are far shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a passage; `cue` names what it told the judge, and is empty for the rest."""

    text: str
    cue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    title: str
    publisher: str
    speaker: str
    url: str
    segments: tuple[Segment, ...]
    published: str
    seen: str
    copies: str
    is_copy: bool
    on_record: bool

    @property
    def marked(self) -> str:
        """The passage with the decisive words between asterisks."""
        return "".join(f"*{part.text}*" if part.cue else part.text for part in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyView:
    publisher: str
    title: str
    url: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    id: str
    headline: str
    label: str
    sentence: str
    is_match: bool
    is_likely: bool
    is_denied: bool
    sureness: str
    caution: str
    holder: str
    topic: str
    statement: str
    stated: str
    source: str
    source_url: str
    story: str
    origin: str
    changes: tuple[str, ...]
    follows: str
    answer: EvidenceView | None
    lead: EvidenceView | None
    """The evidence that is shown beside the position: the earliest that is no copy."""
    others: tuple[EvidenceView, ...]
    more_evidence: int
    copies: tuple[CopyView, ...]
    more_copies: int
    kibana: str

    @property
    def passage_title(self) -> str:
        return "The passage that is denied" if self.answer else "The new passage"


def view_finding(payload: Mapping[str, Any], *, kibana_url: str = "", kibana_prefix: str = "") -> FindingView:
    """`kibana_prefix` is that of the store's indices; without an address there is no link."""
    finding, position = payload["finding"], payload["position"]
    evidence = [view_evidence(piece) for piece in payload["evidence"]]
    lead = next((piece for piece in evidence if not piece.is_copy), evidence[0] if evidence else None)
    counted = [piece for piece in evidence if not piece.is_copy and piece is not lead]
    copies = _copies(payload, lead)
    return FindingView(
        id=finding["id"],
        headline=headline(payload),
        label=relation_label(finding),
        sentence=relation_sentence(payload),
        is_match=finding["verdict"] == "matches",
        is_likely=finding["grade"] == "likely",
        is_denied="denied" in finding["state"].split("|"),
        sureness=grade_words(finding["grade"], finding["probability"]),
        caution=caution_words(finding["grade"]),
        holder=one_line(position["holder"], 120),
        topic=one_line(position["topic"], 160),
        statement=clean(position["statement"], MAX_PASSAGE),
        stated=day_words(position["stated_on"]),
        source=_source_words(position["source"]),
        source_url=safe_url(position["source"]["url"]),
        story=one_line(payload["story"]["title"], 200),
        origin=origin_line(payload),
        changes=tuple(change_sentence(change) for change in payload.get("changes") or ()),
        follows=_follows_words(payload.get("follows")),
        answer=view_evidence(payload["answer"]["evidence"]) if payload.get("answer") else None,
        lead=lead,
        others=tuple(counted),
        more_evidence=max(0, finding.get("evidence_total", 0) - len(payload["evidence"])),
        copies=copies,
        more_copies=max(0, _copies_known(payload) - len(copies)),
        kibana=kibana_link(finding, kibana_url, prefix=kibana_prefix) if kibana_url else "",
    )


def view_evidence(piece: Mapping[str, Any]) -> EvidenceView:
    speaker = one_line(piece["speaker"], 120)
    return EvidenceView(
        title=one_line(piece["title"], 200) or "(no title)",
        publisher=publisher_words(piece["publisher"]),
        speaker=speaker or "no speaker named",
        url=safe_url(piece["url"]),
        segments=mark_cues(piece["passage"], piece["cues"]),
        published=time_words(piece["published_at"]),
        seen=time_words(piece["first_seen_at"]),
        copies=count_words(piece["copies"], "copy", "copies") if piece["copies"] else "",
        is_copy=piece["is_copy"],
        on_record=piece["on_record"],
    )


def mark_cues(passage: str, cues: Sequence[Mapping[str, Any]]) -> tuple[Segment, ...]:
    """Cut the passage at its cues (offsets into the passage as stored); of two that overlap, the first."""
    segments, at = [], 0
    for cue in sorted(cues, key=lambda cue: (cue["start"], -cue["end"])):
        start, end = cue["start"], min(cue["end"], len(passage))
        if start < at or start >= end or end > MAX_PASSAGE:
            continue
        segments += [_segment(passage[at:start]), _segment(passage[start:end], one_line(cue["kind"], 30))]
        at = end
    segments.append(Segment(text=cut(_inline(passage[at:]), max(MAX_PASSAGE - at, 1))))
    return tuple(segment for segment in segments if segment.text)


def kibana_link(finding: Mapping[str, Any], kibana_url: str, *, prefix: str) -> str:
    """Discover, opened on this finding through Kibana's locator redirect (`/app/r`), which survives its upgrades.

    The link brings its own ad-hoc data view, so that it works where the data views were not imported.
    """
    base = safe_url(kibana_url.rstrip("/"))
    if not base:
        return ""
    seen = datetime.fromisoformat(finding["first_seen_at"])
    index = f"{prefix or 'monitor'}-findings"
    params = {
        "dataViewSpec": {"id": index, "title": index, "timeFieldName": "first_seen_at"},
        "query": {"language": "kuery", "query": f'id: "{finding["id"]}"'},
        "timeRange": {
            "from": (seen - timedelta(days=1)).isoformat(timespec="seconds"),
            "to": (seen + timedelta(days=1)).isoformat(timespec="seconds"),
        },
    }
    packed = quote(json.dumps(params, separators=(",", ":"), ensure_ascii=True), safe="")
    return f"{base}/app/r?l=DISCOVER_APP_LOCATOR&v=9.0.0&p={packed}"


def _segment(text: str, cue: str = "") -> Segment:
    return Segment(text=_inline(text), cue=cue)


def _inline(text: str) -> str:
    """Line breaks of the page's layout mean nothing inside a sentence."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def _source_words(source: Mapping[str, Any]) -> str:
    parts = (one_line(source["publisher"], 100), one_line(source["title"], 160))
    return ", ".join(part for part in parts if part)


def _follows_words(follows: Mapping[str, Any] | None) -> str:
    if not follows:
        return ""
    return f"Anonymous sources had reported it since {time_words(follows['first_seen_at'])}; now it is on the record."


def _copies(payload: Mapping[str, Any], lead: EvidenceView | None) -> tuple[CopyView, ...]:
    cited = [piece for piece in payload["evidence"] if piece["is_copy"]]
    if lead is not None and lead.is_copy:
        cited = cited[1:]
    seen: dict[str, CopyView] = {}
    for piece in [*cited, *payload.get("copies", ())]:
        seen.setdefault(
            piece["article_id"],
            CopyView(
                publisher=publisher_words(piece["publisher"]),
                title=one_line(piece["title"], 160),
                url=safe_url(piece["url"]),
                seen=time_words(piece["first_seen_at"]),
            ),
        )
    return tuple(seen.values())


def _copies_known(payload: Mapping[str, Any]) -> int:
    origins = {piece["article_id"] for piece in payload["evidence"] if not piece["is_copy"]}
    return int(payload["finding"]["articles"]) - max(len(origins), 1)
