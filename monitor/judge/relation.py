"""Relation of a verdict: who moved, who agrees, who disagrees.

In: the label, who speaks, the cues that the verdict carries.
Out: `Relation` (None for neutral) and whether a successor did it.

| speaker | matches | contradicts |
|---|---|---|
| holder | reaffirms | reverses; softens when hedged |
| successor | reaffirms | reverses, `by_successor` |
| other | supports | disputes; reverses when it acts and does not speak; softens when hedged |
| anonymous | reported | reported |
| narrator | supports, or reaffirms where the holder is named | reverses where the holder is named, else disputes |

A narrator who reports a deed of the holder reports what the holder does; where nobody is named, somebody else's fact
speaks for or against the statement. Deeds and hedges against the statement are nearly always the holder's own side
under a name that we do not know (our train and tune pairs: 4 of 5 and 3 of 4).
"""

from __future__ import annotations

from monitor.judge.cues import has_cue
from monitor.models import Cue, Relation, SpeakerKind, VerdictLabel


def relate(
    label: VerdictLabel, kind: SpeakerKind, cues: tuple[Cue, ...], *, names_holder: bool, is_deed: bool = False
) -> tuple[Relation | None, bool]:
    """(relation, by_successor)."""
    if label is VerdictLabel.NEUTRAL:
        return None, False
    if kind is SpeakerKind.ANONYMOUS:
        return Relation.REPORTED, False
    if label is VerdictLabel.MATCHES:
        return _relate_match(kind, names_holder=names_holder), False
    is_own = kind is SpeakerKind.HOLDER or is_deed or (kind is SpeakerKind.NARRATOR and names_holder)
    return _relate_contradiction(kind, cues, is_own=is_own)


def _relate_match(kind: SpeakerKind, *, names_holder: bool) -> Relation:
    if kind in {SpeakerKind.HOLDER, SpeakerKind.SUCCESSOR}:
        return Relation.REAFFIRMS
    if kind is SpeakerKind.NARRATOR and names_holder:
        return Relation.REAFFIRMS
    return Relation.SUPPORTS


def _relate_contradiction(kind: SpeakerKind, cues: tuple[Cue, ...], *, is_own: bool) -> tuple[Relation, bool]:
    if kind is SpeakerKind.SUCCESSOR:
        return Relation.REVERSES, True
    if has_cue(cues, "hedge"):
        return Relation.SOFTENS, False
    return (Relation.REVERSES if is_own else Relation.DISPUTES), False
