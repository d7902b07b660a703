"""Words for somebody doing an act, or not doing it: the content of a generated passage.

In: a `Case`, one draw of who and what. Out: clauses, without frame or full stop.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.judge.vocabulary import DAYS, FIRST_NAMES, LAST_NAMES, OBSERVERS, Act, Holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One draw: who, what, and the words around it. `wants` tells whether the position is to do the act."""

    rng: random.Random
    holder: Holder
    other: Holder
    act: Act
    far: Act
    wants: bool

    def pick(self, *choices: str) -> str:
        return self.rng.choice(choices)

    @property
    def subject(self) -> str:
        return self.holder.name if self.rng.random() < 0.55 else self.holder.alias

    @property
    def person(self) -> str:
        return f"{self.rng.choice(FIRST_NAMES)} {self.rng.choice(LAST_NAMES)}"

    @property
    def title(self) -> str:
        return self.rng.choice(self.holder.titles)

    @property
    def day(self) -> str:
        return self.rng.choice(DAYS)

    @property
    def observer(self) -> str:
        return self.rng.choice((*OBSERVERS, *self.other.titles, self.other.name))


def capital(text: str) -> str:
    return text[0].upper() + text[1:] if text else text


def own(text: str, word: str = "its") -> str:
    return text.replace("{its}", word)


def negate(does: bool, *, yes: str, no: str) -> str:
    return yes if does else no


def future(case: Case, does: bool, subject: str) -> str:
    verb, gerund = own(case.act.verb), own(case.act.gerund)
    if does:
        return case.pick(
            f"{subject} will {verb}",
            f"{subject} is going to {verb}",
            f"{subject} is to {verb}",
            f"{subject} intends to {verb}",
            f"{subject} is committed to {gerund}",
        )
    return case.pick(
        f"{subject} will not {verb}",
        f"{subject} will never {verb}",
        f"{subject} has no plans to {verb}",
        f"{subject} does not intend to {verb}",
        f"there is no question of {subject} {gerund}",
        f"{subject} won't {verb}",
        f"{subject} sees no reason to {verb}",
    )


def reported(case: Case, does: bool, subject: str) -> str:
    verb, gerund = own(case.act.verb), own(case.act.gerund)
    if does:
        return case.pick(
            f"{subject} would {verb}",
            f"{subject} was going to {verb}",
            f"{subject} had decided to {verb}",
            f"{subject} was in favour of {gerund}",
            f"nothing would keep {subject} from {gerund}",
        )
    return case.pick(
        f"{subject} would not {verb}",
        f"{subject} would under no circumstances {verb}",
        f"{subject} had ruled out {gerund}",
        f"{subject} was against {gerund}",
        f"{subject} was not going to {verb}",
        f"{gerund} was out of the question for {subject}",
    )


def spoken(case: Case, does: bool) -> str:
    verb, gerund = own(case.act.verb, "our"), own(case.act.gerund, "our")
    if does:
        return case.pick(
            f"We will {verb}",
            f"We are going to {verb}, and soon",
            f"The decision is taken: we {verb}",
            f"I have signed off on {gerund}",
            f"Yes, we will {verb}",
            f"We gave our word that we would {verb} and we will keep it",
        )
    return case.pick(
        f"We will not {verb}",
        f"We are not going to {verb}",
        f"I will not hear of {gerund}",
        f"No. We won't {verb}",
        f"Nobody here is going to {verb}",
        f"We have said it before: we do not {verb}",
    )


def event(case: Case, does: bool) -> str:
    x, verb, gerund, noun = case.subject, own(case.act.verb), own(case.act.gerund), case.act.noun
    if does:
        return case.pick(
            f"{x} announced on {case.day} that it would {verb}",
            f"{x} gave the go-ahead on {case.day} for {noun}",
            f"{x} has begun {gerund}",
            f"{x} decided to {verb} after all",
            f"{x} has agreed to {verb}",
            f"{x} signed a decree that provides for {noun}",
            f"{x} dropped its resistance to {noun}",
            f"{x} confirmed its decision to {verb}",
            f"{x} stands by its promise to {verb}",
            f"{x} pushed {noun} through on {case.day}",
        )
    return case.pick(
        f"{x} announced on {case.day} that it would not {verb}",
        f"{x} has ruled out {gerund}",
        f"{x} scrapped its plan to {verb}",
        f"{x} refused on {case.day} to {verb}",
        f"{x} rejected {noun}",
        f"{x} has shelved {noun} for good",
        f"{x} called off {noun}",
        f"{x} dropped its pledge to {verb}",
        f"{x} is opposed to {gerund}",
        f"{x} vetoed {noun}",
        f"{x} walked away from {gerund}",
        f"{x} turned down {noun} on {case.day}",
        f"{x} cancelled {noun}",
    )
