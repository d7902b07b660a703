"""Seed files are checked like code: every mistake with file, line and field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor.errors import SeedInvalid
from monitor.settings import read_seeds

SEED = """\
id: harbour
title: The harbour tunnel
summary: Whether the tunnel below the harbour is built.
offices:
  - id: ministry
    name: transport ministry
    terms:
      - {holder: First cabinet, from: 2020-01-01, until: 2024-01-01}
positions:
  - id: tunnel-built
    holder: Marta Vell
    aliases: [Vell]
    office: ministry
    topic: harbour tunnel
    statement: The ministry will build the harbour tunnel.
    stated_on: 2023-05-01
"""


def write(folder: Path, text: str, name: str = "harbour.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_seed_file_becomes_a_seed(tmp_path: Path) -> None:
    write(tmp_path, SEED)
    [seed] = read_seeds(tmp_path)
    assert seed.positions[0].story_id == "harbour"
    assert seed.positions[0].stated_on == date(2023, 5, 1)
    assert seed.offices[0].terms[0].until_on == date(2024, 1, 1)


def test_the_shipped_seeds_are_valid_and_hold_fourteen_positions() -> None:
    seeds = {seed.id: seed for seed in read_seeds(Path("seeds"))}
    assert len(seeds["ukraine-policy"].articles) == 3
    assert len(seeds["ukraine-policy"].positions) >= 14


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("stated_on: 2023-05-01", "stated_on: soon", r"harbour\.yaml:16: positions\.0\.stated_on"),
        ("topic: harbour tunnel", "topc: harbour tunnel", r"harbour\.yaml:14: positions\.0\.topc: no such field"),
        ("office: ministry", "office: nobody", r"harbour\.yaml:13: positions\.0\.office: no office 'nobody'"),
        ("id: tunnel-built", "id: Tunnel Built", r"harbour\.yaml:10: positions\.0\.id"),
        ("until: 2024-01-01", "until: 2019-01-01", r"harbour\.yaml:8: .*until lies before from"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, wrong: str, right: str, told: str) -> None:
    write(tmp_path, SEED.replace(wrong, right))
    with pytest.raises(SeedInvalid, match=told):
        read_seeds(tmp_path)


def test_mistakes_of_two_files_are_told_together(tmp_path: Path) -> None:
    write(tmp_path, SEED.replace("stated_on: 2023-05-01", "stated_on: soon"), "a.yaml")
    write(tmp_path, SEED.replace("topic: harbour tunnel", "topc: x"), "b.yaml")
    with pytest.raises(SeedInvalid) as told:
        read_seeds(tmp_path)
    assert "a.yaml:16" in str(told.value)
    assert "b.yaml:14" in str(told.value)


def test_an_id_that_stands_in_two_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path, SEED, "a.yaml")
    write(tmp_path, SEED, "b.yaml")
    with pytest.raises(SeedInvalid, match=r"b\.yaml:10: .*'position tunnel-built' stands already at .*a\.yaml:10"):
        read_seeds(tmp_path)


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SeedInvalid, match="holds no seed file"):
        read_seeds(tmp_path)
