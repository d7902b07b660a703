"""Fit the maps of the hints anew, on what the trained encoder gives, and tell what each says of pairs it never saw.

    python -m training.judge.heads --checkpoint runs/last --pairs own.jsonl --out runs/final --hints hints.jsonl

In: a checkpoint, the training rows of `own_pairs.py`. Out: the checkpoint with its three maps replaced (logistic
regressions on the head's inner layer), and for every row with a relation the hints of maps that were fitted without its
statement: `calibrate.py` weighs hints with rules by these, since on the `tune` part the rules' word lists are at home.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.judge.stance import HINTS
from training.judge.mixture import LABELS, Example, read_jsonl

Floats = npt.NDArray[np.float64]
log = logging.getLogger("heads")
FOLDS, STRENGTH = 5, 0.1
"""Parts of the statements; inverse of the penalty (.003 and .03 gave lower AUC on the `tune` part)."""


def read_inner(checkpoint: Path, examples: list[Example]) -> Floats:
    """`(n, hidden)`: what the head's last maps read of each pair."""
    import torch
    from transformers import AutoTokenizer

    from training.judge.train import encode, load_model

    model, tokenizer = load_model(checkpoint, layers=99).eval(), AutoTokenizer.from_pretrained(checkpoint)
    inner = np.zeros((len(examples), model.config.hidden_size))
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].premise))
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(order), 32):
            part = order[start : start + 32]
            inputs = encode(tokenizer, [examples[i] for i in part], "cpu")
            hidden = model.base_model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])[0]
            inner[part] = torch.tanh(model.classifier.dense(hidden[:, 0])).float().numpy()
    return inner


def fit_maps(inner: Floats, hints: npt.NDArray[np.int64], statements: list[str]) -> tuple[Floats, Floats, Floats]:
    """Weights `(hints, hidden)`, biases `(hints,)`, and `(n, hints)` log-odds, each by maps without its statement."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    names = sorted(set(statements))
    parts = dict(zip(names, np.random.default_rng(0).integers(0, FOLDS, len(names)), strict=True))
    fold = np.asarray([parts[statement] for statement in statements])
    unseen, weights, biases = np.zeros(hints.shape), [], []
    for column, name in enumerate(HINTS):
        known = hints[:, column] >= 0
        for part in range(FOLDS):
            fitted = LogisticRegression(C=STRENGTH, max_iter=800)
            fitted.fit(inner[known & (fold != part)], hints[known & (fold != part), column])
            unseen[fold == part, column] = fitted.decision_function(inner[fold == part])
        whole = LogisticRegression(C=STRENGTH, max_iter=800).fit(inner[known], hints[known, column])
        weights.append(whole.coef_[0])
        biases.append(whole.intercept_[0])
        auc = roc_auc_score(hints[known, column], unseen[known, column])
        log.info("%s: %d pairs, AUC of unseen statements %.3f", name, int(known.sum()), auc)
    return np.stack(weights), np.asarray(biases), unseen


def replace_maps(checkpoint: Path, out: Path, weights: Floats, biases: Floats) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(checkpoint, out, dirs_exist_ok=True)
    state: dict[str, Any] = load_file(checkpoint / "model.safetensors")
    state["classifier.out_proj.weight"][len(LABELS) :] = torch.tensor(weights)
    state["classifier.out_proj.bias"][len(LABELS) :] = torch.tensor(biases)
    save_file(state, out / "model.safetensors", metadata={"format": "pt"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hints", type=Path, required=True)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    examples = [one for one in read_jsonl(args.pairs) if one.relation]
    inner = read_inner(args.checkpoint, examples)
    known = np.asarray([one.hints for one in examples])
    weights, biases, unseen = fit_maps(inner, known, [one.hypothesis for one in examples])
    replace_maps(args.checkpoint, args.out, weights, biases)
    rows = (
        {"premise": one.premise, "hypothesis": one.hypothesis, "hints": row.round(3).tolist()}
        for one, row in zip(examples, unseen, strict=True)
    )
    args.hints.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
