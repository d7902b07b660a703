"""Generate contrastive pairs with the traps that a news judge falls into.

In: the number of rows, a seed. Out: JSON lines with premise, hypothesis, label, source "generated2", trap.
The content of a passage (somebody does it, does not, or nothing is said) and its frame (quote, reported speech,
denial, anonymous, history, ...) are drawn apart, so that no word by itself gives the label away.

    python -m training.judge.generate --rows 12000 --seed 11 --out gen2.jsonl
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from training.judge.figures import AGAINST, MATCH, NEUTRAL, of_claim, of_deadline, of_quantity
from training.judge.frames import ASSERTING, softened
from training.judge.traps import SILENT
from training.judge.vocabulary import ACTS, COUNTRIES, HOLDERS, SCENES
from training.judge.wording import Case, capital, own


def statement(case: Case) -> str:
    x, verb, gerund, noun = case.holder.name, own(case.act.verb), own(case.act.gerund), case.act.noun
    if case.wants:
        return case.pick(
            f"{x} will {verb}",
            f"{x} will {verb}",
            f"{x} supports {noun}",
            f"{x} plans to {verb}",
            f"{x} is committed to {gerund}",
        )
    return case.pick(
        f"{x} will not {verb}",
        f"{x} will not {verb}",
        f"{x} rules out {gerund}",
        f"{x} opposes {noun}",
        f"{x} does not intend to {verb}",
    )


def of_act(rng: random.Random) -> tuple[str, str, str, str]:
    holder, other = rng.sample(HOLDERS if rng.random() < 0.6 else COUNTRIES, 2)
    act, other_act = rng.sample(ACTS, 2)
    case = Case(rng=rng, holder=holder, other=other, act=act, far=other_act, wants=rng.random() < 0.5)
    draw = rng.random()
    if draw < 0.29:
        trap, frame = rng.choice(ASSERTING)
        return frame(case, case.wants), statement(case), MATCH, trap
    if draw < 0.50:
        trap, frame = rng.choice(ASSERTING)
        return frame(case, not case.wants), statement(case), AGAINST, trap
    if draw < 0.58:
        return softened(case), statement(case), AGAINST, "softened"
    trap, silent = rng.choice(SILENT)
    return silent(case), statement(case), NEUTRAL, trap


def dress(rng: random.Random, passage: str) -> str:
    """A passage of one to three sentences: the drawn one with a scene before or after it, as articles have."""
    ending = "" if passage[-1] in '.?”"' and passage[-2:] not in {'",', "”,"} else "."
    passage = capital(passage) + (ending if passage[-1] not in '”"' or passage[-2] not in ".?!" else "")
    if passage[-1] in '”"' and passage[-2] not in ".?!":
        passage += "."
    draw = rng.random()
    if draw < 0.2:
        return f"{passage} {rng.choice(SCENES)}"
    if draw < 0.32:
        return f"{rng.choice(SCENES)} {passage}"
    return passage


def draw_pair(rng: random.Random) -> dict[str, str]:
    draw = rng.random()
    make = of_quantity if draw < 0.12 else of_deadline if draw < 0.19 else of_claim if draw < 0.27 else of_act
    passage, said, label, trap = make(rng)
    return {
        "premise": dress(rng, passage),
        "hypothesis": capital(said) + ".",
        "label": label,
        "source": "generated2",
        "trap": trap,
    }


def generate(rows: int, *, seed: int) -> list[dict[str, str]]:
    """`rows` different pairs; the same seed gives the same ones."""
    rng = random.Random(seed)
    pairs: list[dict[str, str]] = []
    seen: set[tuple[str, str]] = set()
    while len(pairs) < rows:
        pair = draw_pair(rng)
        key = (pair["premise"], pair["hypothesis"])
        if key not in seen:
            seen.add(key)
            pairs.append(pair)
    return pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with args.out.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(pair, ensure_ascii=False) + "\n" for pair in generate(args.rows, seed=args.seed))


if __name__ == "__main__":
    main()
