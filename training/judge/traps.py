"""Frames in which nothing is asserted for or against the position: the neutrals that look like news.

In: a `Case`. Out: the passage's decisive sentence.
"""

from __future__ import annotations

from collections.abc import Callable

from training.judge.wording import Case, own


def history(case: Case) -> str:
    x, verb, gerund = case.subject, own(case.act.verb), own(case.act.gerund)
    year = case.rng.randint(1994, 2018)
    return case.pick(
        f"in {year} {x} had refused to {verb}, and the minister of the day resigned over it",
        f"back in {year}, {x} promised to {verb}; a new parliament was elected two years later",
        f"{x} had considered {gerund} in the {year // 10 * 10}s, according to papers in the archive",
        f"an earlier government of {case.holder.name} voted in {year} against {gerund}",
        f"it is {2026 - year} years since {x} first spoke of {gerund}",
    )


def conditional(case: Case) -> str:
    x, verb, gerund, noun = case.subject, own(case.act.verb), own(case.act.gerund), case.act.noun
    return case.pick(
        f"if {x} were to {verb}, the cost would run to billions, {case.observer} reckons",
        f"should {x} ever {verb}, parliament would have to agree",
        f"{noun} would need a two-thirds majority, lawyers say",
        f"were {x} to refuse {noun}, its partners would have to step in, {case.observer} said",
        f"unless {x} begins {gerund}, insurers will raise their premiums, {case.observer} said",
    )


def question(case: Case) -> str:
    x, verb, noun = case.subject, own(case.act.verb), case.act.noun
    return case.pick(
        f"will {x} {verb}?",
        f"can {x} really refuse {noun}?",
        f"who would pay for {noun}?",
        f"why should {x} not {verb}?",
        f"{x} has yet to say whether it will {verb}",
        f"whether {x} will {verb} is open",
        f"what would happen if {x} were to {verb}? Nobody knows",
    )


def forecast(case: Case) -> str:
    x, verb, noun = case.subject, own(case.act.verb), case.act.noun
    return case.pick(
        f"{case.observer} expects a long dispute over {noun}",
        f"{x} could {verb} next year, {case.observer} predicts",
        f"{case.observer} gives {noun} an even chance",
        f"the debate on {noun} will decide the next election, {case.observer} forecasts",
        f"{case.observer} thinks it possible that {x} may one day {verb}",
    )


def request(case: Case) -> str:
    who, x, verb, gerund, noun = (
        case.observer,
        case.holder.name,
        own(case.act.verb),
        own(case.act.gerund),
        case.act.noun,
    )
    return case.pick(
        f"{who} called on {x} to {verb}",
        f"{who} urged {x} not to {verb}",
        f"{who} warned {x} against {gerund}",
        f"{who} demanded that {x} {verb}",
        f"{who} asked {x} for a timetable for {noun}",
        f"thousands marched for {noun} on {case.day}",
        f"{who} objected to {noun} in an open letter",
        f"{who} said {x} should {verb} while there was still time",
        f"{who} said that {noun} would be a mistake",
    )


def other_actor(case: Case) -> str:
    y = case.pick(case.other.name, case.other.alias)
    verb, gerund, noun = own(case.act.verb), own(case.act.gerund), case.act.noun
    return case.pick(
        f"{y} announced on {case.day} that it would {verb}",
        f"{y} will not {verb}, {case.rng.choice(case.other.titles)} said",
        f"{y} has ruled out {gerund}",
        f"{y} gave the go-ahead for {noun}",
        f"“We will {own(case.act.verb, 'our')},” {case.rng.choice(case.other.titles)} said",
        f"{y} denied that it would {verb}",
    )


def role_swap(case: Case) -> str:
    x, y, verb, noun = case.holder.name, case.other.name, own(case.act.verb), case.act.noun
    return case.pick(
        f"{y} told {x} that it would {verb}",
        f"{y} promised {x} not to {verb}",
        f"{y} refused {x}'s request for {noun}",
        f"{y} offered {x} a say before it decides to {verb}",
    )


def beside(case: Case) -> str:
    x, b = case.subject, own(case.act.beside)
    return case.pick(
        f"{x} will {b}",
        f"{x} announced on {case.day} that it would {b}",
        f"{x} will not {b}, {case.title} said",
        f"{x} refused to {b}",
        f"{case.title} denied that {x} would {b}",
        f"{x} has agreed to {b}",
        f"“We will {own(case.act.beside, 'our')},” said {case.title}",
    )


def far(case: Case) -> str:
    x = case.subject
    return case.pick(
        f"{x} will {own(case.far.verb)}",
        f"{x} has ruled out {own(case.far.gerund)}",
        f"{x} dropped its plan to {own(case.far.verb)}",
        f"{case.title} promised {case.far.noun}",
    )


def talk(case: Case) -> str:
    x, noun = case.subject, case.act.noun
    share = case.rng.randint(21, 78)
    return case.pick(
        f"{share} percent of those asked favour {noun}, a poll found",
        f"{share} percent of those asked are against {noun}",
        f"{x} and {case.other.name} discussed {noun} on {case.day}",
        f"{x} refused to say anything about {noun}",
        f"a committee of {x} will report on {noun} next year",
        f"{noun} has divided the cabinet of {case.holder.name} for months",
        f"{x} published a study of {noun} on {case.day}",
        f"markets shrugged off the debate on {noun}",
        f"{case.observer} called the debate on {noun} shameful",
    )


def insult_denied(case: Case) -> str:
    who, noun = case.pick(case.title, case.person), case.act.noun
    name = case.pick("a circus", "a joke", "theatre", "a gift to the lawyers")
    harm = case.pick("bullied", "insulted", "kept waiting")
    return case.pick(
        f"{who} denied having called {noun} “{name}”",
        f"{who} denied that {case.other.name} had been “{harm}” in the talks on {noun}",
        f"{case.other.name} denied having pressed {case.holder.name} over {case.act.noun}",
    )


SILENT: tuple[tuple[str, Callable[[Case], str]], ...] = (
    ("history", history),
    ("conditional", conditional),
    ("question", question),
    ("forecast", forecast),
    ("request", request),
    ("request", request),
    ("other actor", other_actor),
    ("other actor", other_actor),
    ("role swap", role_swap),
    ("beside", beside),
    ("beside", beside),
    ("far", far),
    ("talk", talk),
    ("insult denied", insult_denied),
)
