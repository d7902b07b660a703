"""Reports of one event in several languages meet by meaning, where the embedder knows the languages.

No multilingual model can be installed from a package registry, so the vectors are made: reports of one event lie as
near to each other as such a model is taken to put retellings (mean cosines of .7 and .85), whatever the language. The
texts are sentences of three languages that share names alone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from monitor.cluster import make_clusterer
from monitor.cluster.base import Item, final_stories
from monitor.settings.model import ClusterSettings

START = datetime(2026, 3, 1, tzinfo=UTC)
DIM = 384
REPORTS = {
    "dam": [
        (
            "Dam at Orlen gives way after a week of rain",
            """
            The dam above Orlen broke before dawn and water ran through the lower town. Governor Ilse Marten said that
            four hundred people had been brought to safety. Engineers had warned of cracks in the wall since autumn.
            """,
        ),
        (
            "Staudamm bei Orlen nach einer Woche Regen gebrochen",
            """
            Oberhalb von Orlen ist am frühen Morgen der Staudamm gebrochen, das Wasser strömte durch die Unterstadt.
            Nach den Worten von Gouverneurin Ilse Marten wurden vierhundert Menschen in Sicherheit gebracht. Fachleute
            hatten seit dem Herbst vor Rissen in der Mauer gewarnt.
            """,
        ),
        (
            "Le barrage d'Orlen cède après une semaine de pluie",
            """
            Le barrage qui domine Orlen a cédé avant l'aube et l'eau a envahi la ville basse. Quatre cents habitants ont
            été mis à l'abri, a indiqué la gouverneure Ilse Marten. Des ingénieurs signalaient des fissures depuis
            l'automne.
            """,
        ),
        (
            "Governor of Orlen promises inquiry into broken dam",
            """
            An inquiry will find out why nobody repaired the wall above Orlen, Governor Ilse Marten promised. The water
            has gone down and the first families went back to their houses in the lower town.
            """,
        ),
    ],
    "strike": [
        (
            "Tram drivers in Velm stop work over night shifts",
            """
            No tram left the depots of Velm on Monday. The drivers' union wants longer breaks between night shifts; the
            company's director, Oskar Prein, calls the demand too dear. Schools opened an hour later.
            """,
        ),
        (
            "Straßenbahnfahrer in Velm legen wegen der Nachtschichten die Arbeit nieder",
            """
            Am Montag verließ in Velm keine Straßenbahn das Depot. Die Gewerkschaft der Fahrer verlangt längere Pausen
            zwischen den Nachtschichten, Direktor Oskar Prein hält das für zu teuer. Die Schulen begannen später.
            """,
        ),
        (
            "À Velm, les conducteurs de tramway cessent le travail",
            """
            Aucun tramway n'est sorti des dépôts de Velm lundi. Le syndicat réclame des pauses plus longues entre les
            services de nuit, une demande que le directeur Oskar Prein juge trop coûteuse. Les écoles ont ouvert plus
            tard.
            """,
        ),
    ],
}


def make_items(nearness: float) -> list[tuple[str, Item]]:
    """Both events' reports in turn; `nearness` is the mean cosine of two reports of one event."""
    chance = np.random.default_rng(3)
    noise = (1 / nearness - 1) ** 0.5
    events = {event: chance.standard_normal(DIM) for event in REPORTS}
    found: list[tuple[str, Item]] = []
    for turn in range(4):
        for event, reports in REPORTS.items():
            if turn < len(reports):
                vector = events[event] + noise * chance.standard_normal(DIM)
                title, text = reports[turn][0], " ".join(reports[turn][1].split())
                item = Item(
                    id=f"{event}-{turn}",
                    title=title,
                    text=f"{title}\n\n{text}",
                    vector=(vector / np.linalg.norm(vector)).astype(np.float32),
                    at=START + timedelta(hours=len(found)),
                )
                found.append((event, item))
    return found


@pytest.mark.parametrize("nearness", [0.7, 0.85])
def test_reports_in_three_languages_are_one_story_for_each_event(nearness: float) -> None:
    items = make_items(nearness)
    stories = final_stories(make_clusterer(ClusterSettings()).assign([item for _, item in items]))
    by_event = {event: {s for (e, _), s in zip(items, stories, strict=True) if e == event} for event in REPORTS}
    assert {event: len(found) for event, found in by_event.items()} == {"dam": 1, "strike": 1}
    assert not by_event["dam"] & by_event["strike"]
