"""Positions with a figure, a date or a claim: the same one, another one, or one of something else.

Out: (passage, statement, label, trap).
"""

from __future__ import annotations

import random

from training.judge.vocabulary import (
    ANONYMOUS,
    CLAIMS,
    DEADLINES,
    FIRST_NAMES,
    HOLDERS,
    LAST_NAMES,
    OBSERVERS,
    QUANTITIES,
    YEARS,
)
from training.judge.wording import capital

MATCH, AGAINST, NEUTRAL = "entailment", "contradiction", "neutral"


def of_quantity(rng: random.Random) -> tuple[str, str, str, str]:
    """(passage, statement, label, trap): the same figure, another figure, or a figure of something else."""
    holder, other = rng.sample(HOLDERS, 2)
    act, values, near, others = rng.choice(QUANTITIES)
    value = rng.choice(values)
    changed = rng.choice([v for v in values if v != value])
    said = f"{holder.name} will {act.format(v=value)}"
    name = rng.choice((holder.name, holder.alias))
    say = rng.choice(
        (
            "{x} will {a}, {t} said",
            "{x} confirmed that it would {a}",
            "{t} told reporters that {x} would {a}",
            "the plan of {x} is to {a}, no more and no less",
            "according to {s}, {x} will {a}",
        )
    )
    fill = {"x": name, "t": rng.choice(holder.titles), "s": rng.choice(ANONYMOUS)}
    kind = rng.choice(("same", "changed", "changed", "dropped", "near", "other", "asked"))
    if kind == "same":
        return say.format(a=act.format(v=value), **fill), said, MATCH, "number same"
    if kind == "changed":
        tail = rng.choice(("", f", not {value} as planned", f" instead of {value}", ""))
        return say.format(a=act.format(v=changed) + tail, **fill), said, AGAINST, "number changed"
    if kind == "dropped":
        words = rng.choice(
            ("{x} will not {a}, {t} said", "{x} gave up its plan to {a}", "{t} said the aim to {a} could not be kept")
        )
        return words.format(a=act.format(v=value), **fill), said, AGAINST, "number dropped"
    if kind == "near":
        return say.format(a=near.format(w=rng.choice(others)), **fill), said, NEUTRAL, "number beside"
    if kind == "other":
        return (
            f"{other.name} will {act.format(v=rng.choice(values))}, {rng.choice(other.titles)} said",
            said,
            NEUTRAL,
            "number other actor",
        )
    return f"{rng.choice(OBSERVERS)} asked {holder.name} to {act.format(v=changed)}", said, NEUTRAL, "number asked"


def of_deadline(rng: random.Random) -> tuple[str, str, str, str]:
    holder, other = rng.sample(HOLDERS, 2)
    act, gerund = rng.choice(DEADLINES)
    first, second = sorted(rng.sample(YEARS, 2))
    year, moved = (first, second) if rng.random() < 0.75 else (second, first)
    said = f"{holder.name} will {act.format(v=year)}"
    x, title = rng.choice((holder.name, holder.alias)), rng.choice(holder.titles)
    later = rng.choice(
        (
            f"{x} will {act.format(v=moved)}, {title} said",
            f"{x} moved the date for {gerund} to {moved}",
            f"{gerund} will have to wait until {moved}, {title} said"
            if moved > year
            else f"{x} brought {gerund} forward to {moved}",
            f"{title} said that {x} would {act.format(v=moved)}, not {year}",
        )
    )
    same = rng.choice(
        (
            f"{title} confirmed {year} as the date for {gerund}",
            f"{x} will {act.format(v=year)}, {title} said",
            f"the date stands: {x} will {act.format(v=year)}",
        )
    )
    beside_it = rng.choice(
        (
            f"{other.name} will {act.format(v=year)}",
            f"{x} had planned in 2012 to look at {gerund} within ten years",
            f"{rng.choice(OBSERVERS)} wants {x} to {act.format(v=moved)}",
            f"a law on {gerund} was published in 2023",
            f"if {x} is to {act.format(v=year)}, it will need more money, {rng.choice(OBSERVERS)} said",
        )
    )
    return rng.choice(
        (
            (later, said, AGAINST, "date moved"),
            (same, said, MATCH, "date same"),
            (beside_it, said, NEUTRAL, "date beside"),
        )
    )


def of_claim(rng: random.Random) -> tuple[str, str, str, str]:
    holder = rng.choice(HOLDERS)
    claim, denial, near = rng.choice(CLAIMS)
    truth, untruth = (claim, denial) if rng.random() < 0.75 else (denial, claim)
    said = rng.choice((capital(truth), f"{holder.name} says that {truth}"))
    who = rng.choice(
        (*holder.titles, holder.name, rng.choice(OBSERVERS), f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}")
    )
    yes = rng.choice(
        (
            f"{truth}, {who} said",
            f"{who} repeated that {truth}",
            f"{who} denied that {untruth}",
            f"“{capital(truth)},” {who} told the committee",
            f"{who} has no doubt that {truth}",
        )
    )
    no = rng.choice(
        (
            f"{untruth}, {who} said",
            f"{who} admitted that {untruth}",
            f"{who} denied that {truth}",
            f"it is not true that {truth}, {who} said",
            f"{who} no longer says that {truth}",
            f"according to {rng.choice(ANONYMOUS)}, {untruth}",
        )
    )
    none = rng.choice(
        (
            near,
            f"{who} was asked whether {truth}, and gave no answer",
            f"if {untruth}, somebody will have to resign, {who} said",
            f"does {holder.name} still believe that {truth}?",
            f"{who} wants an inquiry to find out whether {truth}",
            f"{near}, {who} said",
        )
    )
    return rng.choice(((yes, said, MATCH, "claim"), (no, said, AGAINST, "claim"), (none, said, NEUTRAL, "claim")))
