"""The packaged model, and what is told when a model is not there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from monitor.embed import Embedder, make_embedder
from monitor.embed.folder import find_folder, hash_files
from monitor.embed.sentence_transformers import unit_rows
from monitor.errors import SettingsInvalid
from monitor.settings.model import EmbedSettings


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return make_embedder(EmbedSettings(batch_size=4, max_tokens=64))


@pytest.mark.models
def test_rows_are_unit_float32_in_the_order_given(embedder: Embedder) -> None:
    texts = ["a long text " * 200, "short", "", "  ", "\ud800", "a text of middling length about a ferry"]
    vectors = embedder.encode(texts)
    assert vectors.shape == (6, embedder.dim) == (6, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    alone = np.vstack([embedder.encode([text]) for text in texts])
    assert np.allclose(vectors, alone, atol=1e-5)


@pytest.mark.models
def test_meaning_is_nearer_than_other_words(embedder: Embedder) -> None:
    one, like, other = embedder.encode(["The ship left port.", "A vessel departed the harbour.", "Bread prices rose."])
    assert one @ like > one @ other + 0.3


def test_no_texts_give_no_rows_and_load_nothing(embedder: Embedder) -> None:
    assert embedder.encode([]).shape == (0, 384)


def test_name_and_length_are_known_without_torch() -> None:
    code = (
        "import sys; from monitor.embed import make_embedder; from monitor.settings.model import EmbedSettings;"
        "e = make_embedder(EmbedSettings()); assert e.encode([]).shape == (0, e.dim);"
        "print(e.model, e.dim, 'torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert told[0].startswith("all-MiniLM-L6-v2@")
    assert told[1:] == ["384", "False"]


def test_a_model_that_is_nowhere_names_the_setting_and_the_remedy() -> None:
    with pytest.raises(SettingsInvalid, match=r"embed\.model: 'nobody/nothing' .*hf download nobody/nothing"):
        make_embedder(EmbedSettings(model="nobody/nothing"))


@pytest.mark.parametrize("name", ["", "../..", "a b", "x" * 300])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"embed\.model"):
        make_embedder(EmbedSettings(model=name))


def test_a_broken_folder_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SettingsInvalid, match=str(tmp_path)):
        make_embedder(EmbedSettings(model=str(tmp_path))).encode(["x"])


def test_a_folders_revision_follows_its_content(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"hidden_size": 8}))
    (tmp_path / "model.safetensors").write_bytes(b"1" * 3_000_000)
    before = hash_files(tmp_path)
    (tmp_path / "README.md").write_text("words")
    assert hash_files(tmp_path) == before
    (tmp_path / "model.safetensors").write_bytes(b"1" * 2_999_999 + b"2")
    assert hash_files(tmp_path) != before


def test_the_revision_asked_for_is_the_one_in_the_name(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"hidden_size": 8}))
    embedder = make_embedder(EmbedSettings(model=str(tmp_path), revision="abc"))
    assert embedder.model == f"{tmp_path.name}@abc"
    assert embedder.dim == 8


def test_the_default_is_found_in_the_package() -> None:
    assert (find_folder(EmbedSettings()) / "model.safetensors").is_file()


def test_rows_that_are_not_numbers_become_a_unit_axis() -> None:
    rows = np.array([[np.nan, 1.0], [0.0, 0.0], [np.inf, 1.0], [3.0, 4.0]], dtype=np.float32)
    assert np.allclose(unit_rows(rows), np.array([[1, 0], [1, 0], [1, 0], [0.6, 0.8]]))
