"""Judge how a passage stands to a known position: matches, contradicts, neutral; who speaks; how sure.

In: `Pair`s. Out: `Verdict`s. Never: reads a store, sends anything, decides who is told.
"""

from __future__ import annotations

import logging
from pathlib import Path

from monitor.errors import SettingsInvalid
from monitor.judge.adjust import plain_adjustment, read_adjustment
from monitor.judge.base import Judge
from monitor.judge.grade import choose_thresholds
from monitor.judge.reader import ReadingJudge
from monitor.judge.relation_weights import read_relation_weights
from monitor.judge.stance import Stance
from monitor.settings import JudgeSettings

__all__ = ["Judge", "ReadingJudge", "make_judge", "packaged_model"]

log = logging.getLogger(__name__)


def packaged_model() -> Path:
    """Folder of the model that ships with the package; may be missing."""
    return Path(__file__).with_name("model")


def make_judge(settings: JudgeSettings) -> Judge:
    """The judge that the settings ask for; `auto` falls back to the lexical one and says so in the log."""
    match settings.kind:
        case "auto":
            return _make_auto(settings)
        case "onnx":
            return _make_onnx(settings)
        case "cross-encoder":
            return _make_cross_encoder(settings)
        case "lexical":
            return _make_lexical(settings)
        case "llm":
            return _make_llm(settings)


def _model_folder(settings: JudgeSettings) -> Path:
    return Path(settings.model) if settings.model else packaged_model()


def _make_auto(settings: JudgeSettings) -> ReadingJudge:
    folder = _model_folder(settings)
    if settings.model or (folder / "model.onnx").is_file():
        return _make_onnx(settings)
    log.warning("No judging model found: the lexical judge serves, which is much weaker", extra={"folder": str(folder)})
    return _make_lexical(settings)


def _make_onnx(settings: JudgeSettings) -> ReadingJudge:
    from monitor.judge.onnx import OnnxStance  # noqa: PLC0415 - only what is used is loaded

    folder = _model_folder(settings)
    stance = OnnxStance(
        folder, batch_size=settings.batch_size, max_tokens=settings.max_tokens, threads=settings.threads
    )
    return _reading(stance, folder / "calibration.json", settings)


def _make_cross_encoder(settings: JudgeSettings) -> ReadingJudge:
    from monitor.judge.cross_encoder import CrossEncoderStance  # noqa: PLC0415 - only what is used is loaded

    if not settings.model:
        raise SettingsInvalid("judge.model is empty: judge.kind cross-encoder needs a hub name or a folder.")
    stance = CrossEncoderStance(
        settings.model, revision=settings.revision, batch_size=settings.batch_size, max_tokens=settings.max_tokens
    )
    return _reading(stance, Path(settings.model) / "calibration.json", settings)


def _make_lexical(settings: JudgeSettings) -> ReadingJudge:
    from monitor.judge.lexical import LexicalStance  # noqa: PLC0415 - only what is used is loaded

    return _reading(LexicalStance(), None, settings)


def _make_llm(settings: JudgeSettings) -> Judge:
    from monitor.judge.llm import LlmJudge  # noqa: PLC0415 - only what is used is loaded

    return LlmJudge(settings.llm, fallback=_make_auto(settings.model_copy(update={"kind": "auto"})))


def _reading(stance: Stance, calibration: Path | None, settings: JudgeSettings) -> ReadingJudge:
    adjustment = read_adjustment(calibration) if calibration else plain_adjustment()
    return ReadingJudge(
        stance=stance,
        adjustment=adjustment,
        thresholds=choose_thresholds(adjustment.thresholds, settings),
        relations=read_relation_weights(calibration) if calibration else None,
    )
