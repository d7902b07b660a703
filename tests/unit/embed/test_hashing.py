"""The stand-in that knows words and no meaning."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.embed import Embedder, make_embedder
from monitor.settings.model import EmbedSettings


@pytest.fixture
def embedder() -> Embedder:
    return make_embedder(EmbedSettings(model="hashing"))


def test_every_vector_has_unit_length(embedder: Embedder) -> None:
    vectors = embedder.encode(["", " ", "…", "one", "one one", "The ferry sailed.", "\ud800"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (7, embedder.dim)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.encode([]).shape == (0, embedder.dim)


def test_the_vector_of_a_text_never_changes(embedder: Embedder) -> None:
    vector = embedder.encode(["ferry"])[0]
    assert (int(np.argmax(np.abs(vector))), float(np.abs(vector).max())) == (
        131,
        1.0,
    )  # first bytes of BLAKE2b of "ferry"


def test_texts_that_share_words_are_nearer(embedder: Embedder) -> None:
    one, like, other = embedder.encode(
        ["the ferry sailed at dawn", "The ferry sailed at noon", "stocks fell sharply today"]
    )
    assert one @ like > 0.5 > one @ other
