"""Thirty invented promises, and for each the article in which it is broken: what the latency is measured with.

The promises are about different things, so that one article raises one finding and its mail can be told from others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

STORY = "promises-of-thirty-towns"
FILLER = (
    (
        "The announcement came at a press conference in the town hall. Residents had waited for it since the spring, "
        "and the council had put the matter on its agenda twice without a vote."
    ),
    (
        "Opposition members asked for the figures behind it. They will be given to the finance committee next week, "
        "where the plan is read line by line before it goes to the assembly."
    ),
)
ROWS = """
Arden|Ada Moll|close its coal power station by 2030|coal power station in Arden
Brook|Ben Tarr|build a new harbour bridge by 2029|harbour bridge in Brook
Cawley|Cora Finn|cut the bus fare for pupils next summer|bus fare in Cawley
Dunmore|Dirk Vane|plant ten thousand trees along the river|trees in Dunmore
Elsby|Edda Kurz|reopen the children's hospital this winter|children's hospital in Elsby
Fenwick|Fritz Obel|ban diesel lorries from the old town|diesel lorries in Fenwick
Garth|Gerda Lund|sell the municipal water works|water works of Garth
Holm|Hugo Brandt|raise the pay of nurses by five percent|pay of nurses in Holm
Inver|Ines Vold|extend the tram line to the airport|tram line in Inver
Jarrow|Jan Holt|keep the public library open on Sundays|public library of Jarrow
Kell|Klara Senn|double the number of police patrols at night|police patrols in Kell
Lorne|Lars Nygaard|host the world ski championship|ski championship in Lorne
Marden|Mia Torp|lower the property tax for farmers|property tax in Marden
Norby|Nils Falk|demolish the derelict steel mill|steel mill in Norby
Osk|Olga Reim|accept two hundred refugees from the flood region|refugees in Osk
Penrith|Paul Stark|install cameras in every school|cameras in schools of Penrith
Quill|Quentin Rask|publish the minutes of the secret tunnel talks|tunnel talks of Quill
Roth|Rosa Beck|lease three icebreakers from the shipyard|icebreakers of Roth
Selby|Sven Dahl|stop selling timber to the paper company|timber sales of Selby
Thorn|Tilda Voss|move the weekly market to the station square|weekly market of Thorn
Ulm Vale|Uwe Krag|fund a telescope on the northern ridge|telescope in Ulm Vale
Varn|Vera Lind|restore the medieval city wall|city wall of Varn
Wick|Wim Aalto|introduce free kindergarten for every child|kindergarten in Wick
Xanten Bay|Xenia Roos|protect the oyster beds from dredging|oyster beds of Xanten Bay
Yarrow|Yngve Stamm|recruit forty firefighters|firefighters in Yarrow
Zell|Zita Horn|abolish the dog licence|dog licence in Zell
Ashby|Anton Krull|buy electric refuse trucks|refuse trucks of Ashby
Birk|Berta Noll|connect the islands with a ferry every hour|ferry to the islands of Birk
Corm|Carl Ewald|open an indoor swimming pool in May|swimming pool of Corm
Drum|Dora Wicks|digitise the land register|land register of Drum
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A promise by a town's mayor, and the day it is broken."""

    id: str
    town: str
    mayor: str
    promise: str
    topic: str

    @property
    def title(self) -> str:
        return f"Mayor of {self.town}: no plan to {self.promise}"

    @property
    def sentence(self) -> str:
        return f'"{self.town} will not {self.promise}," Mayor {self.mayor} said on Thursday.'

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return (self.sentence, *(f"{self.town}. {text}" for text in FILLER))


def read_events() -> list[Event]:
    """All thirty, in the order of the list."""
    rows = [line.split("|") for line in ROWS.strip().splitlines()]
    return [
        Event(id=f"event-{number:02}", town=town, mayor=mayor, promise=promise, topic=topic)
        for number, (town, mayor, promise, topic) in enumerate(rows, start=1)
    ]


def write_seeds(folder: Path, events: list[Event]) -> Path:
    """One seed story with a position for each event."""
    folder.mkdir(parents=True, exist_ok=True)
    story = {
        "id": STORY,
        "title": "What mayors promised",
        "summary": "Mayors of thirty invented towns have promised things: bridges, pools, ferries, lower fees. "
        "The question is which of the promises hold and which are taken back.",
        "language": "en",
        "positions": [
            {
                "id": event.id,
                "holder": event.mayor,
                "aliases": [f"Mayor {event.mayor}", f"the mayor of {event.town}"],
                "topic": event.topic,
                "statement": f"{event.town} will {event.promise}.",
                "stated_on": "2025-01-09",
                "source": {"title": f"Promises of {event.town}", "publisher": "Town Crier"},
            }
            for event in events
        ],
    }
    (folder / f"{STORY}.yaml").write_text(yaml.safe_dump(story, sort_keys=False), encoding="utf-8")
    return folder
