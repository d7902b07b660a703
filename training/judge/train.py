"""Train the stance cross-encoder on two CPU cores (or a GPU when there is one).

In: a base encoder's folder, a folder of NLI sets, optional own pairs. Out: a checkpoint folder.
Warm-up, constant rate, linear cool-down over the last quarter (so that a run can be cut and still end well);
a checkpoint every `--save-every` steps, and `--resume` goes on from it.
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
import re
import time
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

from monitor.judge.stance import HINTS
from training.judge.mixture import (
    LABELS,
    QUOTAS,
    UNKNOWN,
    Example,
    bucket_by_length,
    draw_epoch,
    read_jsonl,
    read_pairs,
)

log = logging.getLogger("train")
HEAD_RATE = 30.0
"""How much faster the last maps of hints and speakers learn than the rest: they begin with nothing."""
SPEAKER_WEIGHT = 0.15
"""Of the speakers' loss, which has two parts and starts at the logarithm of the length."""
HINT_WEIGHT = 0.3
"""Of the hints' loss beside the labels': few pairs have a relation, and the labels matter more."""


def load_sources(data: Path, extra: list[Path]) -> dict[str, list[Example]]:
    """Every source of the mixture, by name; `extra` files go in under the name of their rows' `source`."""
    sources = {
        name: list(read_pairs(data / f"{name}.jsonl.gz", split="train"))
        for name in QUOTAS
        if (data / f"{name}.jsonl.gz").exists()
    }
    for path in extra:
        for example in read_jsonl(path):
            sources.setdefault(example.source, []).append(example)
    return sources


def load_model(base: Path, *, layers: int, **how: Any) -> torch.nn.Module:
    """The encoder with its first `layers` layers and a head for labels and hints, as far as the base has none."""
    config = AutoConfig.from_pretrained(base)
    config.num_hidden_layers = min(layers, config.num_hidden_layers)
    names = (*LABELS, *HINTS)
    config.num_labels = len(names)
    config.id2label = dict(enumerate(names))
    config.label2id = {name: i for i, name in enumerate(names)}
    model = AutoModelForSequenceClassification.from_pretrained(base, config=config, ignore_mismatched_sizes=True, **how)
    model.speaker = torch.nn.Linear(config.hidden_size, 2)
    """Of each token, how well the speaker's name begins and ends there; the first token stands for nobody."""
    _keep_heads(model, base)
    return model


@torch.no_grad()
def _keep_heads(model: torch.nn.Module, base: Path) -> None:
    """A checkpoint without hints keeps what its head knows of the labels; one with a head for speakers keeps that."""
    heads = {"classifier.out_proj": model.classifier.out_proj, "speaker": model.speaker}
    with safe_open(base / "model.safetensors", framework="pt") as stored:
        for module, head in heads.items():
            for name, parameter in (("weight", head.weight), ("bias", head.bias)):
                if f"{module}.{name}" in stored.keys():  # noqa: SIM118 - a file, no dict
                    known = stored.get_tensor(f"{module}.{name}")
                    parameter[: len(known)] = known


def run_heads(model: torch.nn.Module, inputs: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits `(n, labels and hints)` and, for each token, of a name's begin and end `(n, length, 2)`."""
    hidden = model.base_model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])[0]
    return model.classifier(hidden), model.speaker(hidden)


def rate_at(step: int, *, total: int, peak: float, warmup: int, cooldown: float) -> float:
    """Warm up, hold, then fall linearly over the last `cooldown` share of the steps."""
    if step < warmup:
        return peak * (step + 1) / warmup
    fall_from = int(total * (1 - cooldown))
    if step < fall_from:
        return peak
    return peak * max(0.02, (total - step) / max(1, total - fall_from))


def with_adapters(model: torch.nn.Module, *, rank: int, freeze: int, layers: int) -> torch.nn.Module:
    """Low-rank adapters in every linear map above the frozen layers.

    Without gradients for the full weights a step costs a third less, which buys layers on a CPU
    (Hu et al. 2021, LoRA). They are merged into the weights whenever a checkpoint is written.
    """
    from peft import LoraConfig, get_peft_model

    return get_peft_model(
        model,
        LoraConfig(
            r=rank,
            lora_alpha=2 * rank,
            target_modules=["q", "k", "v", "o", "dense"],
            exclude_modules=r".*(classifier|pooler|speaker).*",
            layers_to_transform=list(range(freeze, layers)),
            layers_pattern="layer",
            modules_to_save=["classifier", "speaker"],
        ),
    )


def freeze_bottom(model: torch.nn.Module, *, layers: int) -> None:
    """Keep the embeddings and the lowest layers as they are: they change little and cost a third of the time."""
    if layers <= 0:
        return
    encoder = model.base_model
    for module in [encoder.embeddings, *encoder.encoder.layer[:layers]]:
        for parameter in module.parameters():
            parameter.requires_grad_(False)


@torch.no_grad()
def evaluate(model: torch.nn.Module, tokenizer, examples: list[Example], device: str) -> float:
    """Three-way accuracy."""
    model.eval()
    right = 0
    ordered = sorted(examples, key=lambda e: len(e.premise))
    for start in range(0, len(ordered), 64):
        part = ordered[start : start + 64]
        logits, _ = run_heads(model, encode(tokenizer, part, device))
        right += int((logits[:, : len(LABELS)].argmax(-1).cpu() == torch.tensor([e.label for e in part])).sum())
    model.train()
    return right / max(1, len(examples))


def encode(tokenizer, part: list[Example], device: str):
    return tokenizer(
        [e.premise for e in part],
        [e.hypothesis for e in part],
        truncation="only_first",
        max_length=128,
        padding=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    ).to(device)


def mark_speakers(inputs: Any, part: list[Example]) -> torch.Tensor:
    """`(n, length, 2)` bool: the tokens with which the speaker's name begins and ends, wherever it stands in the
    premise; the first token for nobody. A row without marks is one whose speaker is not known or not found."""
    marks = torch.zeros((*inputs["input_ids"].shape, 2), dtype=torch.bool)
    for row, example in enumerate(part):
        if example.speaker == "":
            marks[row, 0] = True
        elif example.speaker:
            first = [place for place, of in enumerate(inputs.sequence_ids(row)) if of == 0]
            begins = {int(inputs["offset_mapping"][row, place, 0]): place for place in first}
            ends = {int(inputs["offset_mapping"][row, place, 1]): place for place in first}
            for found in re.finditer(re.escape(example.speaker), example.premise, re.IGNORECASE):
                if found.start() in begins and found.end() in ends:
                    marks[row, begins[found.start()], 0] = marks[row, ends[found.end()], 1] = True
    return marks


def loss_of(logits: torch.Tensor, spans: torch.Tensor, marks: torch.Tensor, part: list[Example]) -> torch.Tensor:
    """Cross-entropy of the labels, binary cross-entropy of the hints that are known, and, of the speakers that are
    known, the negative log-likelihood of all places where the name stands."""
    labels = torch.tensor([e.label for e in part], device=logits.device)
    found = logits[:, : len(LABELS)]
    loss = torch.nn.functional.cross_entropy(found, labels, label_smoothing=0.03, reduction="sum") / len(part)
    known = marks.any(dim=1).all(dim=1)
    if known.any():
        chances = torch.log_softmax(spans[known], dim=1).masked_fill(~marks[known], -1e4)
        loss = loss - SPEAKER_WEIGHT * torch.logsumexp(chances, dim=1).sum() / len(part)
    hints = torch.tensor([e.hints for e in part], device=logits.device)
    known = hints != UNKNOWN
    if not known.any():
        return loss
    found, asked = logits[:, len(LABELS) :][known], hints[known].float()
    misses = torch.nn.functional.binary_cross_entropy_with_logits(found, asked, reduction="sum")
    return loss + HINT_WEIGHT * misses / len(part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--extra", type=Path, nargs="*", default=[])
    parser.add_argument("--quotas", help="JSON object that replaces the built-in quotas")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--freeze", type=int, default=2, help="embeddings and so many lowest layers stay fixed")
    parser.add_argument("--adapters", type=int, default=0, help="rank of low-rank adapters; 0 trains the full weights")
    parser.add_argument("--longest", type=int, default=10_000, help="leave out longer pairs, in characters")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--warmup", type=int, default=150)
    parser.add_argument("--cooldown", type=float, default=0.25)
    parser.add_argument("--save-every", type=int, default=250)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--max-seconds", type=float, default=1e9)
    parser.add_argument("--bf16", action="store_true", help="compute in bfloat16: twice as fast where the CPU has it")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    device = "cuda" if torch.cuda.is_available() else "cpu"

    tokenizer = AutoTokenizer.from_pretrained(args.base)
    model = load_model(args.base, layers=args.layers).to(device)
    if args.adapters:
        model = with_adapters(model, rank=args.adapters, freeze=args.freeze, layers=args.layers)
    else:
        freeze_bottom(model, layers=args.freeze)
    quotas = json.loads(args.quotas) if args.quotas else QUOTAS
    sources = {
        name: [e for e in examples if len(e.premise) + len(e.hypothesis) <= args.longest]
        for name, examples in load_sources(args.data, args.extra).items()
    }
    batches: list[list[Example]] = []
    for epoch in range(args.epochs):
        drawn = draw_epoch(sources, quotas=quotas, seed=args.seed + epoch)
        batches += bucket_by_length(drawn, batch_size=args.batch_size, seed=args.seed + epoch)
    held_out = list(read_pairs(args.data / "mnli_dev.jsonl.gz", split="test"))[:400]
    log.info("sources %s, %d steps", {n: len(s) for n, s in sources.items()}, len(batches))
    train(model, tokenizer, batches, held_out, args, device)


def train(model, tokenizer, batches, held_out, args, device: str) -> None:
    groups = {1.0: [], HEAD_RATE: []}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups[HEAD_RATE if "out_proj" in name or "speaker" in name else 1.0].append(parameter)
    rated = [{"params": found, "share": share} for share, found in groups.items()]
    optimiser = torch.optim.AdamW(rated, lr=args.rate, weight_decay=0.01)
    started, seen, running = time.monotonic(), 0, 0.0
    total = len(batches)
    model.train()
    for step, part in enumerate(batches):
        elapsed = time.monotonic() - started
        if step > 50 and elapsed > args.max_seconds * (1 - args.cooldown):
            # the clock rules: fall over what is left of it, then stop
            share = (args.max_seconds - elapsed) / (args.max_seconds * args.cooldown)
            if share <= 0.02:
                break
            rate = args.rate * share
        else:
            rate = rate_at(step, total=total, peak=args.rate, warmup=args.warmup, cooldown=args.cooldown)
        for group in optimiser.param_groups:
            group["lr"] = rate * group["share"]
        inputs = encode(tokenizer, part, device)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=args.bf16):
            logits, spans = run_heads(model, inputs)
        marks = mark_speakers(inputs, part).to(device)
        padding = (inputs["attention_mask"] == 0)[:, :, None]
        loss = loss_of(logits.float(), spans.float().masked_fill(padding, -1e4), marks, part)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        seen += len(part)
        running = 0.98 * running + 0.02 * loss.item() if step else loss.item()
        if step % 25 == 0:
            speed = seen / (time.monotonic() - started)
            log.info("step %d/%d loss %.3f rate %.1e %.1f pairs/s", step, total, running, rate, speed)
        if step and step % args.save_every == 0:
            save(model, tokenizer, args.out)
            log.info("step %d mnli held-out %.3f", step, evaluate(model, tokenizer, held_out, device))
    save(model, tokenizer, args.out)
    log.info("done, mnli held-out %.3f", evaluate(model, tokenizer, held_out, device))


def save(model, tokenizer, out: Path) -> None:
    """Write beside, then swap, so that a kill leaves the old checkpoint whole."""
    fresh = out.with_name(out.name + ".new")
    if hasattr(model, "merge_adapter"):
        # a copy with the adapters merged: merging in place and back would let the weights drift
        model = copy.deepcopy(model).merge_and_unload()
    model.save_pretrained(fresh)
    tokenizer.save_pretrained(fresh)
    old = out.with_name(out.name + ".old")
    if old.exists():
        _remove(old)
    if out.exists():
        out.rename(old)
    fresh.rename(out)


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


if __name__ == "__main__":
    main()
