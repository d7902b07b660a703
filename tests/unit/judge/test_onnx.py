"""What the packaged model says besides its labels, and on which graph it runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import SettingsInvalid
from monitor.judge import packaged_model
from monitor.judge.onnx import EXACT, FILES, PACKED, WEIGHTS, OnnxStance, check_folder, choose_graph, hear_speaker
from monitor.judge.six_bits import pack_six_bits, unpack_six_bits
from monitor.judge.speaker import SURE_OF_NAME, find_speaker
from monitor.judge.stance import Heard
from monitor.models import Pair, Position, SpeakerKind

PREMISE = "We stay, Anna Bo said."
POSITION = Position(
    id="p",
    story_id="s",
    holder="Norway",
    aliases=("Oslo",),
    topic="ground troops for Ukraine",
    statement="Norway will not send ground troops to Ukraine.",
    stated_on=date(2025, 1, 1),
)


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """As the tokenizers library has it: <s> We stay , Anna Bo said . </s> </s> Norway stays . </s>"""

    ids: tuple[int, ...] = tuple(range(14))
    sequence_ids: tuple[int | None, ...] = (None, 0, 0, 0, 0, 0, 0, 0, None, None, 1, 1, 1, None)
    offsets: tuple[tuple[int, int], ...] = (
        (0, 0), (0, 2), (3, 7), (7, 8), (9, 13), (14, 16), (17, 21), (21, 22),
        (0, 0), (0, 0), (0, 6), (7, 12), (12, 13), (0, 0),
    )  # fmt: skip


def spans_of(first: int, last: int, *, surely: float = 9.0) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    spans = np.zeros((14, 2))
    spans[first, 0] = spans[last, 1] = surely
    return spans


def test_the_likeliest_name_is_cut_from_the_premise() -> None:
    heard = hear_speaker(Encoded(), PREMISE, spans_of(4, 5))
    assert heard.name == "Anna Bo"
    assert heard.chance > 0.9


def test_a_name_that_runs_over_lines_is_none() -> None:
    assert hear_speaker(Encoded(), PREMISE.replace("Anna Bo", "Anna\nBo"), spans_of(4, 5)).chance == 0.0


def test_the_first_token_stands_for_nobody() -> None:
    assert hear_speaker(Encoded(), PREMISE, spans_of(0, 0)).name == ""


def test_a_name_never_ends_before_it_begins_nor_lies_in_the_statement() -> None:
    assert hear_speaker(Encoded(), PREMISE, spans_of(6, 2)).chance < 0.1
    assert hear_speaker(Encoded(), PREMISE, spans_of(10, 10)).chance < 0.1


def said(passage: str, heard: Heard | None, *, context: str = "") -> tuple[str, SpeakerKind]:
    speaker = find_speaker(Pair(passage_id="x", passage=passage, context=context, position=POSITION), heard).speaker
    return speaker.name, speaker.kind


def test_a_sure_model_is_heeded_where_the_rules_find_somebody_else() -> None:
    passage = "Done deal, crowed farm secretary Clyde Rasmussen. Norway will send troops."
    by_rules = said(passage, None)
    assert said(passage, Heard("Clyde Rasmussen", SURE_OF_NAME + 0.1)) == ("Clyde Rasmussen", SpeakerKind.OTHER)
    assert said(passage, Heard("Clyde Rasmussen", SURE_OF_NAME - 0.1)) == by_rules


def test_a_heard_alias_is_the_holder_and_nobody_is_the_narrator() -> None:
    assert said("'Premature' is Oslo's adjective of the month.", Heard("Oslo", 0.95)) == ("Oslo", SpeakerKind.HOLDER)
    assert said("Troops will go, Stockholm said.", Heard("", 0.95)) == ("", SpeakerKind.NARRATOR)


def test_a_name_heard_in_the_context_counts_and_one_that_stands_nowhere_does_not() -> None:
    passage, context = "Troops will go in May, he added, and stay.", "Minister Per Dahl met the press."
    assert said(passage, Heard("Per Dahl", 0.95), context=context)[0] == "Per Dahl"
    assert said(passage, Heard("Nils Holm", 0.95), context=context) == said(passage, None, context=context)


def test_six_bits_come_back_as_they_were() -> None:
    whole = np.random.default_rng(1).integers(-32, 32, (24, 10)).astype(np.int8)
    packed = pack_six_bits(whole)
    assert packed.nbytes * 4 == whole.nbytes * 3
    assert np.array_equal(unpack_six_bits(packed), whole)


def test_packed_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    for name in (*FILES, EXACT):
        (tmp_path / name).touch()
    with pytest.raises(SettingsInvalid, match=r"weights\.bin is missing"):
        check_folder(tmp_path)


@pytest.mark.models
@pytest.mark.parametrize("damaged", ["model.onnx", PACKED])
def test_a_damaged_file_is_named(tmp_path: Path, damaged: str) -> None:
    for path in packaged_model().iterdir():
        os.link(path, tmp_path / path.name)
    (tmp_path / damaged).unlink()
    (tmp_path / damaged).write_bytes(b"no model")
    with pytest.raises(SettingsInvalid, match=damaged):
        OnnxStance(tmp_path)


def test_a_folder_with_one_graph_runs_on_it(tmp_path: Path) -> None:
    assert choose_graph(tmp_path) == tmp_path / "model.onnx"


PAIRS = [
    ("Norway will send ground troops to Ukraine, its prime minister said on Friday.", POSITION.statement),
    ("Oslo repeated that no Norwegian soldier would set foot in Ukraine.", POSITION.statement),
    ("The herring catch rose in March, and with it the price of diesel on the quays of the north.", POSITION.statement),
]


@pytest.mark.models
def test_both_graphs_read_the_same(tmp_path: Path) -> None:
    packaged = packaged_model()
    for name in (*FILES, WEIGHTS, PACKED):
        os.link(packaged / (EXACT if name == "model.onnx" else name), tmp_path / name)
    quick, exact = OnnxStance(packaged, threads=1).read(PAIRS), OnnxStance(tmp_path, threads=1).read(PAIRS)
    for one, other in zip(quick, exact, strict=True):
        assert np.allclose(one.logits, other.logits, atol=0.02)
        assert np.allclose(one.hints, other.hints, atol=0.02)


@pytest.mark.models
def test_a_pair_reads_the_same_whatever_else_is_in_the_batch() -> None:
    stance = OnnxStance(packaged_model(), threads=1)
    together = stance.read(PAIRS)
    for pair, reading in zip(PAIRS, together, strict=True):
        (alone,) = stance.read([pair])
        assert np.allclose(alone.logits, reading.logits, atol=0.02)


@pytest.mark.models
def test_the_packaged_model_hears_who_speaks() -> None:
    reading = OnnxStance(packaged_model(), threads=1).read([("“We stay out,” snorted Anna Bo.", POSITION.statement)])[0]
    assert reading.heard is not None
    assert "Anna Bo" in reading.heard.name
