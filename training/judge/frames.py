"""Frames in which somebody asserts the content: statement, quote, denial, anonymous report, successor, step back.

In: a `Case` and whether the holder does the act. Out: the passage's decisive sentence.
"""

from __future__ import annotations

from collections.abc import Callable

from training.judge.vocabulary import ANONYMOUS
from training.judge.wording import Case, capital, event, future, negate, own, reported, spoken

Frame = Callable[[Case, bool], str]
"""Words for "the holder does it" (True) or "does not" (False)."""


def plain(case: Case, does: bool) -> str:
    return event(case, does)


def stated(case: Case, does: bool) -> str:
    return f"{future(case, does, case.subject)}, {case.pick(case.title, case.person)} said on {case.day}"


def told(case: Case, does: bool) -> str:
    speaker = case.pick(case.title, f"{case.title}, {case.person},")
    says = case.pick("said", "told parliament", "told reporters", "insisted", "repeated", "made clear")
    return f"{speaker} {says} that {reported(case, does, case.subject)}"


def quoted(case: Case, does: bool) -> str:
    speaker = f"{case.title}, {case.person}" if case.rng.random() < 0.5 else case.title
    words = spoken(case, does)
    return case.pick(
        f"“{words},” {speaker} said on {case.day}",
        f'{speaker} said: "{words}."',
        f'"{words}," said {speaker}',
        f"Asked about {case.act.noun}, {speaker} replied: “{words}.”",
    )


def by_pronoun(case: Case, does: bool) -> str:
    did = case.pick("spoke after the cabinet meeting", "faced the press", "visited the coast")
    start = f"{capital(case.title)}, {case.person}, {did} on {case.day}."
    return f"{start} {case.pick('He', 'She')} said that {reported(case, does, case.holder.name)}"


def anonymous(case: Case, does: bool) -> str:
    who = case.rng.choice(ANONYMOUS)
    return case.pick(
        f"{reported(case, does, case.subject).replace(' would ', ' will ')}, {who} said",
        f"{who} say that {future(case, does, case.subject)}",
        f"according to {who}, {future(case, does, case.subject)}",
    )


def by_other(case: Case, does: bool) -> str:
    who, x, verb, noun = case.observer, case.holder.name, own(case.act.verb), case.act.noun
    if does:
        return case.pick(
            f"{who} welcomed {x}'s decision to {verb}",
            f"{x} will {verb} whatever it says in public, {who} insisted",
            f"{who} praised {x} for keeping its word to {verb}",
            f"{who} said it was certain that {x} would {verb}",
            f"{who} backed the promise of {x} to {verb}: it was right and would be kept",
        )
    return case.pick(
        f"{who} welcomed {x}'s refusal to {verb}",
        f"{who} was sure of it: {x} will never {verb}",
        f"{x} will not {verb}, whatever it says, according to {who}",
        f"{who} criticised {x} for having refused {noun}",
        f"{who} said {x} was right not to {verb}",
    )


def denied(case: Case, does: bool) -> str:
    x, verb, gerund, noun = case.subject, own(case.act.verb), own(case.act.gerund), case.act.noun
    if does:
        return case.pick(
            f"{x} denied that it had given up {gerund}",
            f"{x} rejected a report that it would not {verb} as false",
            f"a report that {x} had dropped {noun} is wrong, {case.title} said",
            f"{x} denied a newspaper's claim that {noun} was “dead”: nothing had changed",
        )
    return case.pick(
        f"{x} denied that it would {verb}",
        f"{x} rejected reports of {noun} as pure invention",
        f'{case.title} denied that {x} was {gerund}: "There is no such plan."',
        f"{x} denied a claim that it was “about to {verb}”",
    )


def successor(case: Case, does: bool) -> str:
    who = case.person
    start = case.pick(
        f"Within a week of taking office, {who}",
        f"{who}, who took over in the spring,",
        f"The new {case.title.removeprefix('the ').removeprefix('a ')}, {who},",
    )
    says = negate(does != case.wants, yes="tore up the old line and said", no="kept to the old line and said")
    return f"{start} {says} that {reported(case, does, case.holder.name)}"


def after_history(case: Case, does: bool) -> str:
    """Old refusals stand in the same sentence as the news: the news counts."""
    x, verb, gerund = case.subject, own(case.act.verb), own(case.act.gerund)
    if does:
        return case.pick(
            f"{x}, which for years refused to {verb}, will now do so",
            f"Having ruled out {gerund} in 2021, {x} is now {gerund}",
            f"in 2022 {x} said no; on {case.day} it agreed to {verb}",
        )
    return case.pick(
        f"{x}, which last year promised to {verb}, will not do so after all",
        f"having promised in 2021 to {verb}, {x} now refuses",
        f"in 2022 {x} said yes; on {case.day} it refused to {verb}",
    )


ASSERTING: tuple[tuple[str, Frame], ...] = (
    ("plain", plain),
    ("plain", plain),
    ("stated", stated),
    ("told", told),
    ("quoted", quoted),
    ("pronoun", by_pronoun),
    ("anonymous", anonymous),
    ("by other", by_other),
    ("denied", denied),
    ("successor", successor),
    ("after history", after_history),
)


def softened(case: Case) -> str:
    """A step back from either position: always against it."""
    x, verb, gerund, noun = case.subject, own(case.act.verb), own(case.act.gerund), case.act.noun
    if case.wants:
        return case.pick(
            f"{x} declined to repeat its promise to {verb}",
            f"{x} would {verb} only “as far as possible”, {case.title} said",
            f"{case.title} said there was no longer a date for {gerund}",
            f"{x} will look again at whether to {verb}, it said on {case.day}",
            f"the promise of {noun} is gone from the new programme of {x}",
            f"{noun} was now “a goal, not a promise”, {case.title} said",
            f"{x} put off {noun} until further notice",
            f"{x} no longer speaks of {noun} as certain",
        )
    return case.pick(
        f"{x} no longer rules out {gerund}",
        f"{case.title} declined to repeat that {x} would not {verb}",
        f"{x} is not excluding {noun} any more",
        f"“Nothing is off the table,” {case.title} said when asked about {noun}",
        f"{x} is open to {gerund}, {case.title} said for the first time",
        f"{case.title} said that {x} could imagine {gerund} after all",
        f"the words that excluded {noun} are gone from the new programme of {x}",
    )
