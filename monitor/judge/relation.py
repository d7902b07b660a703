"""Relation of a verdict: who moved, who agrees, who disagrees.

In: the label, who speaks, the passage's cues. Out: `Relation` (None for neutral) and whether a successor did it.

| speaker | matches | contradicts |
|---|---|---|
| holder | reaffirms | reverses; softens when hedged |
| successor | reaffirms | reverses, `by_successor` |
| other | supports | disputes |
| anonymous | reported | reported |
| narrator | supports, or reaffirms where the holder is named | reverses where the holder is named, else disputes |

A narrator who reports a deed of the holder reports what the holder does; where nobody is named, somebody else's fact
speaks for or against the statement.
"""

from __future__ import annotations

from monitor.judge.cues import has_cue
from monitor.models import Cue, Relation, SpeakerKind, VerdictLabel


def relate(
    label: VerdictLabel, kind: SpeakerKind, cues: tuple[Cue, ...], *, names_holder: bool
) -> tuple[Relation | None, bool]:
    """(relation, by_successor)."""
    if label is VerdictLabel.NEUTRAL:
        return None, False
    if kind is SpeakerKind.ANONYMOUS:
        return Relation.REPORTED, False
    if label is VerdictLabel.MATCHES:
        return _relate_match(kind, names_holder=names_holder), False
    return _relate_contradiction(kind, cues, names_holder=names_holder)


def _relate_match(kind: SpeakerKind, *, names_holder: bool) -> Relation:
    if kind in {SpeakerKind.HOLDER, SpeakerKind.SUCCESSOR}:
        return Relation.REAFFIRMS
    if kind is SpeakerKind.NARRATOR and names_holder:
        return Relation.REAFFIRMS
    return Relation.SUPPORTS


def _relate_contradiction(kind: SpeakerKind, cues: tuple[Cue, ...], *, names_holder: bool) -> tuple[Relation, bool]:
    if kind is SpeakerKind.SUCCESSOR:
        return Relation.REVERSES, True
    speaks_for_holder = kind is SpeakerKind.HOLDER or (kind is SpeakerKind.NARRATOR and names_holder)
    if not speaks_for_holder:
        return Relation.DISPUTES, False
    return (Relation.SOFTENS if has_cue(cues, "hedge") else Relation.REVERSES), False
