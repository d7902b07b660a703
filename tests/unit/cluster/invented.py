"""Invented news and an embedder that needs no model, for the clustering tests."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zlib import crc32

import numpy as np

from monitor.cluster.base import Decision, Item, Memo
from monitor.cluster.words import count_terms, read_words
from monitor.models import Vector

START = datetime(2025, 3, 1, 8, tzinfo=UTC)
DIM = 384

PLACES = [
    "Arvena",
    "Belkor",
    "Castrim",
    "Dornfeld",
    "Eskala",
    "Farrow",
    "Gellin",
    "Hartova",
    "Istmar",
    "Jorvel",
    "Kestrin",
    "Lumeta",
]
PEOPLE = ["Odran Vell", "Mira Tanno", "Pavel Grist", "Ilse Karden", "Tomas Reeve", "Nadia Holm"]
SUBJECTS = {
    "flood": [
        "river",
        "water",
        "rain",
        "levee",
        "flooded",
        "rescue",
        "boats",
        "homes",
        "bridge",
        "evacuated",
        "sandbags",
        "dam",
        "overflow",
        "shelter",
        "crews",
    ],
    "strike": [
        "union",
        "workers",
        "wages",
        "strike",
        "walkout",
        "factory",
        "talks",
        "pay",
        "contract",
        "picket",
        "managers",
        "shifts",
        "offer",
        "vote",
        "ballot",
    ],
    "trial": [
        "court",
        "judge",
        "jury",
        "fraud",
        "verdict",
        "lawyer",
        "defendant",
        "prosecutor",
        "sentence",
        "appeal",
        "testimony",
        "charges",
        "guilty",
        "bail",
        "evidence",
    ],
    "launch": [
        "rocket",
        "satellite",
        "orbit",
        "launch",
        "engine",
        "mission",
        "pad",
        "crew",
        "countdown",
        "booster",
        "telescope",
        "payload",
        "probe",
        "flight",
        "agency",
    ],
    "outbreak": [
        "virus",
        "hospital",
        "patients",
        "vaccine",
        "infection",
        "doctors",
        "clinic",
        "fever",
        "quarantine",
        "tests",
        "ward",
        "outbreak",
        "nurses",
        "symptoms",
        "isolation",
    ],
    "merger": [
        "bank",
        "merger",
        "shareholders",
        "bid",
        "shares",
        "takeover",
        "regulator",
        "profit",
        "board",
        "deal",
        "market",
        "investors",
        "stake",
        "premium",
        "offer",
    ],
}
FILLER = [
    "officials",
    "spokesman",
    "morning",
    "residents",
    "late",
    "announced",
    "report",
    "told",
    "several",
    "region",
    "plan",
    "called",
    "expected",
    "called",
    "early",
    "group",
    "part",
]


def embed(text: str) -> Vector:
    """A signed hashed bag of the meaningful words, unit length."""
    total = np.zeros(DIM, np.float32)
    for code, count in count_terms("", read_words(text)).items():
        place = crc32(code.to_bytes(4, "little"))
        total[place % DIM] += count**0.5 if place & 0x10000 else -(count**0.5)
    length = float(np.linalg.norm(total))
    return total / length if length else total


def make_item(
    item_id: str, title: str, text: str, *, hours: float = 0.0, publisher: str = "", passages: tuple[str, ...] = ()
) -> Item:
    return Item(
        id=item_id,
        title=title,
        text=text,
        vector=embed(f"{title}. {text}"),
        at=START + timedelta(hours=hours),
        publisher=publisher,
        passages=passages,
    )


def write_text(chance: random.Random, subject: str, place: str, person: str, *, sentences: int = 9) -> str:
    """An article about one invented event: its words, its place and person, words of its own, some filler."""
    lines = []
    own = [
        f"{place[:3].lower()}{syllable}" for syllable in ["mora", "stend", "vik", "lun", "dar", "gost", "pel", "ruin"]
    ]
    for _ in range(sentences):
        words = chance.sample(SUBJECTS[subject], 2) + chance.sample(FILLER, 2) + chance.sample(own, 4)
        chance.shuffle(words)
        lines.append(f"In {place} {' '.join(words)}, {person} said.")
    return " ".join(lines)


def write_stream(seed: int, *, stories: int = 12, articles: int = 5) -> list[tuple[str, Item]]:
    """(true story, item) in order of arrival: each story is one subject at one place."""
    chance = random.Random(seed)
    found = []
    subjects = list(SUBJECTS)
    for number in range(stories):
        subject, place, person = subjects[number % 6], PLACES[number % 12], PEOPLE[(number * 5 + number // 6) % 6]
        for turn in range(articles):
            text = write_text(chance, subject, place, person)
            title = f"{place} {' '.join(chance.sample(SUBJECTS[subject], 3))}"
            hours = number * 2 + turn * chance.uniform(1, 6)
            found.append((f"{subject}-{place}", make_item(f"a{number}-{turn}", title, text, hours=hours)))
    return sorted(found, key=lambda pair: pair[1].at)


def as_memo(item: Item, decision: Decision) -> Memo:
    return Memo(
        item_id=item.id,
        story_id=decision.story_id,
        copy_of=decision.copy_of,
        publisher=item.publisher,
        at=item.at,
        vector=item.vector,
        memo=decision.memo,
    )
