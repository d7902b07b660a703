"""Words for the generated pairs: acts, holders, other bodies, invented people, quantities, claims.

All written for this project. `{its}` in an act is filled by who speaks: "its", "our" or "their".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody may do: infinitive, gerund, noun phrase, and another act on the same topic."""

    verb: str
    gerund: str
    noun: str
    beside: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Country or body, a second name for it, its people by title, and who may hold the office next."""

    name: str
    alias: str
    titles: tuple[str, ...]
    people: str = "officials"


def _acts(table: str) -> tuple[Act, ...]:
    return tuple(Act(*(cell.strip() for cell in row.split("|"))) for row in table.strip().splitlines())


ACTS = _acts(Path(__file__).with_name("acts.txt").read_text(encoding="utf-8"))

COUNTRIES = tuple(
    Holder(
        name,
        alias,
        (
            f"the {adjective} foreign minister",
            f"the {adjective} prime minister",
            f"the {adjective} government spokeswoman",
            f"the {adjective} defence minister",
        ),
        f"{adjective} officials",
    )
    for name, alias, adjective in (
        ("the United States", "Washington", "American"),
        ("Germany", "Berlin", "German"),
        ("France", "Paris", "French"),
        ("China", "Beijing", "Chinese"),
        ("Russia", "Moscow", "Russian"),
        ("Poland", "Warsaw", "Polish"),
        ("Canada", "Ottawa", "Canadian"),
        ("Spain", "Madrid", "Spanish"),
        ("Norway", "Oslo", "Norwegian"),
        ("Turkey", "Ankara", "Turkish"),
        ("Japan", "Tokyo", "Japanese"),
        ("Brazil", "Brasilia", "Brazilian"),
        ("Kenya", "Nairobi", "Kenyan"),
        ("the United Kingdom", "London", "British"),
        ("Hungary", "Budapest", "Hungarian"),
        ("Ukraine", "Kyiv", "Ukrainian"),
        ("India", "New Delhi", "Indian"),
        ("Greece", "Athens", "Greek"),
        ("Belmora", "Port Teller", "Belmoran"),
        ("Karvia", "Losten", "Karvian"),
    )
)

BODIES = (
    Holder(
        "the European Commission",
        "Brussels",
        ("the commission's president", "the trade commissioner", "a commission spokesman"),
    ),
    Holder(
        "the central bank",
        "the bank",
        ("the governor", "the deputy governor", "a member of the rate-setting council"),
        "policymakers",
    ),
    Holder(
        "the health ministry", "the ministry", ("the health minister", "the state secretary", "a ministry spokeswoman")
    ),
    Holder("the Kremlin", "Moscow", ("the president's spokesman", "the president", "the foreign minister")),
    Holder(
        "the White House",
        "the administration",
        ("the press secretary", "the national security adviser", "the president"),
    ),
    Holder(
        "the regional government", "the region", ("the regional president", "the first minister", "the finance senator")
    ),
    Holder(
        "Norvane Industries",
        "the group",
        ("the chief executive", "a company spokesman", "the finance director"),
        "executives",
    ),
    Holder(
        "the Transport Workers' Union",
        "the union",
        ("the general secretary", "the chief negotiator", "a union spokeswoman"),
    ),
    Holder(
        "the opposition Centre Party", "the party", ("the party leader", "the deputy leader", "the party's treasurer")
    ),
    Holder("the city council", "the town hall", ("the mayor", "the deputy mayor", "the head of planning")),
    Holder(
        "the space agency",
        "the agency",
        ("the director general", "the agency's administrator", "a mission director"),
        "managers",
    ),
    Holder(
        "the Defence Department", "the Pentagon", ("the defence secretary", "a Pentagon spokesman", "the army chief")
    ),
)

HOLDERS = COUNTRIES + BODIES

OBSERVERS = (
    "the Halberd Institute",
    "a think tank in Geneva",
    "the farmers' federation",
    "the Red Crescent",
    "a retired ambassador",
    "the opposition leader",
    "an economist at Lund Bank",
    "the bishops' conference",
    "a former minister",
    "the employers' association",
    "Amnesty's local branch",
    "a law professor",
    "the consumers' league",
    "an adviser to the last government",
)

FIRST_NAMES = (
    "Marta",
    "Ilse",
    "Owen",
    "Priya",
    "Tomas",
    "Aiko",
    "Lena",
    "Samuel",
    "Noor",
    "Victor",
    "Elena",
    "Kofi",
    "Ruth",
    "Henrik",
    "Dalia",
    "Pavel",
    "Ines",
    "Marcus",
    "Yusuf",
    "Clara",
)
LAST_NAMES = (
    "Vell",
    "Brandvik",
    "Tarrant",
    "Okafor",
    "Rhee",
    "Lindqvist",
    "Moreau",
    "Hadley",
    "Sorensen",
    "Petrov",
    "Achebe",
    "Castellan",
    "Whitlow",
    "Demir",
    "Novak",
    "Ferrara",
    "Kimura",
    "Osgood",
    "Tavares",
    "Zeller",
)

ANONYMOUS = (
    "people familiar with the talks",
    "two officials who asked not to be named",
    "a source close to the minister",
    "officials speaking on condition of anonymity",
    "three diplomats",
    "people briefed on the plan",
    "insiders",
    "a person with knowledge of the file",
)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SCENES = (
    "The hall was half empty by the time the session resumed.",
    "Trading in the capital was thin.",
    "The row has lasted since the spring.",
    "Rain kept the crowds away.",
    "The file has changed hands three times this year.",
    "It was the fourth meeting on the subject in a month.",
    "Neighbours were informed by telephone.",
    "The text runs to eleven pages.",
    "The opposition walked out before the end.",
    "A press conference is planned for the evening.",
    "The coalition's junior partner was not consulted.",
    "Shares hardly moved.",
    "The paper was circulated overnight.",
    "Some 200 journalists had come.",
    "The question has been argued over for years.",
    "The cabinet met for six hours.",
)

QUANTITIES = (
    # act with {v}, values, another act on the topic with {w}, its values
    (
        "raise its defence budget to {v} percent of output",
        ("2", "2.5", "3", "3.5", "4", "5"),
        "spend {w} million euros on a new barracks",
        ("40", "75", "310"),
    ),
    (
        "cut emissions by {v} percent by 2040",
        ("55", "60", "70", "80", "90"),
        "plant {w} million trees",
        ("3", "12", "50"),
    ),
    (
        "take in {v} refugees a year",
        ("2,000", "7,500", "12,000", "30,000", "125,000"),
        "build {w} reception centres",
        ("4", "9", "15"),
    ),
    (
        "pump {v} barrels a day",
        ("300,000", "411,000", "547,000", "1 million", "1.4 million"),
        "replace {w} kilometres of pipe",
        ("60", "140", "900"),
    ),
    (
        "levy a tariff of {v} percent on cars",
        ("7.5", "10", "15", "25", "27.5", "50"),
        "hire {w} customs officers",
        ("120", "300", "800"),
    ),
    ("deliver {v} howitzers", ("12", "18", "36", "48", "60"), "train {w} gunners", ("150", "400", "1,100")),
    ("close {v} coal units", ("two", "three", "four", "six", "nine"), "retrain {w} miners", ("500", "1,200", "4,000")),
    (
        "keep its deficit below {v} percent of output",
        ("2.9", "3", "3.8", "4.7", "5.4"),
        "sell bonds worth {w} billion",
        ("4", "11", "23"),
    ),
    ("lend {v} billion dollars", ("1.2", "3", "4.5", "8", "20"), "send {w} experts", ("6", "14", "30")),
    (
        "set the minimum wage at {v} euros an hour",
        ("12.82", "13.90", "14.60", "15", "16"),
        "check {w} firms",
        ("700", "2,500", "9,000"),
    ),
)

DEADLINES = (
    ("open the tunnel in {v}", "opening the tunnel"),
    ("end sales of diesel cars in {v}", "ending sales of diesel cars"),
    ("close its last coal plant by {v}", "closing its last coal plant"),
    ("switch off the reactor by {v}", "switching off the reactor"),
    ("adopt the euro in {v}", "adopting the euro"),
    ("land astronauts on the moon by {v}", "landing astronauts on the moon"),
    ("stop using asylum hotels by {v}", "ending the use of asylum hotels"),
    ("reach net zero by {v}", "reaching net zero"),
)
YEARS = tuple(str(year) for year in range(2026, 2051))

CLAIMS = (
    # claim, its denial, something beside it
    ("inflation is temporary", "inflation has come to stay", "inflation was measured at 4.1 percent"),
    (
        "the virus does not pass between people",
        "the virus passes from one person to another",
        "the virus was found in a second village",
    ),
    ("the dam is safe", "the dam may fail", "the dam was finished in 1971"),
    ("the strike on the hospital was an accident", "the hospital was bombed on purpose", "the hospital had 340 beds"),
    ("the election was fair", "the election was rigged", "the election was held in 11 regions"),
    ("the talks are making progress", "the talks have broken down", "the talks moved to a hotel by the lake"),
    (
        "the controls are aimed at no country in particular",
        "the controls are aimed at one country alone",
        "the controls cover seven metals",
    ),
    ("there are no foreign fighters in its army", "foreign fighters serve in its army", "its army has a new uniform"),
    ("the vehicle is safe to use", "the vehicle makes its crews ill", "the vehicle weighs 38 tonnes"),
    (
        "the pipeline was sabotaged",
        "the pipeline burst because of a faulty weld",
        "the pipeline is 800 kilometres long",
    ),
    (
        "boats are never turned back at sea",
        "boats are turned back at sea every week",
        "boats were bought for the coast guard",
    ),
    ("the currency peg will last", "the peg will be gone within the year", "the peg dates from 1997"),
    (
        "the drug is no more dangerous than aspirin",
        "the drug doubles the risk of a stroke",
        "the drug comes in two sizes",
    ),
    (
        "the minister knew nothing of the payments",
        "the minister had signed off the payments",
        "the minister was born in the port",
    ),
    (
        "production is within the agreed quota",
        "production is far above the agreed quota",
        "production is reported on the tenth of the month",
    ),
)
