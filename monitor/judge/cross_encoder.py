"""Score with any three-way NLI cross-encoder of the hub or of a folder, through sentence-transformers.

In: a name such as `cross-encoder/nli-deberta-v3-base`, or a folder. Out: logits. Needs torch, loaded at construction.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitor.errors import SettingsInvalid
from monitor.judge.stance import ORDER, Reading, label_columns


class CrossEncoderStance:
    """Label order from the model's config, truncation of the premise alone."""

    is_model = True

    def __init__(self, model: str, *, revision: str = "", batch_size: int = 16, max_tokens: int = 128) -> None:
        from sentence_transformers import CrossEncoder

        try:
            self._model = CrossEncoder(model, revision=revision or None, max_length=max_tokens, device="cpu")
        except (OSError, ValueError) as error:
            raise SettingsInvalid(
                f"judge.model {model!r} could not be loaded: {error}. Give a folder or a hub name within reach."
            ) from error
        self._columns = label_columns(self._model.model.config.id2label, source=model)
        self._batch_size, self._max_tokens = batch_size, max_tokens
        self.name = f"{model}@{revision or 'main'}"

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[Reading]:
        if not pairs:
            return []
        shortened = [(self._shorten(premise, hypothesis), hypothesis) for premise, hypothesis in pairs]
        out = self._model.predict(shortened, batch_size=self._batch_size, show_progress_bar=False, apply_softmax=False)
        logits = np.asarray(out, dtype=np.float64)[:, self._columns]
        return [Reading(logits=row[: len(ORDER)], hints=row[len(ORDER) :]) for row in logits]

    def _shorten(self, premise: str, hypothesis: str) -> str:
        """CrossEncoder cuts the longer text of the two; a statement must stay whole."""
        room = self._max_tokens - len(self._model.tokenizer.tokenize(hypothesis)) - 4
        tokenizer = self._model.tokenizer
        tokens = tokenizer(premise, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        offsets = tokens["offset_mapping"]
        return premise if len(offsets) <= room else premise[: offsets[max(1, room) - 1][1]]
