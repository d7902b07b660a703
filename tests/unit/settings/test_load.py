"""Settings come from a file and the environment, and a mistake names where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import SettingsInvalid
from monitor.settings import Settings, load_settings
from monitor.settings.yaml_lines import parse_yaml


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_without_file_and_variables_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(environment={}) == Settings()


def test_the_shipped_file_says_nothing_else_than_the_defaults() -> None:
    shipped = load_settings(Path("config/monitor.yaml"), environment={})
    assert shipped.model_copy(update={"alert": Settings().alert}) == Settings()


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "m.yaml", "store: {url: 'sqlite:a.db'}\n")
    settings = load_settings(path, environment={"MONITOR_STORE__URL": "sqlite:b.db"})
    assert settings.store.url == "sqlite:b.db"


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", "quiet\n")
    settings = load_settings(
        write(tmp_path / "m.yaml", ""), environment={"MONITOR_ALERT__SMTP__PASSWORD_FILE": str(secret)}
    )
    assert settings.alert.smtp.password is not None
    assert settings.alert.smtp.password.get_secret_value() == "quiet"


def test_a_misspelt_field_is_named_with_file_and_line(tmp_path: Path) -> None:
    path = write(tmp_path / "m.yaml", "store:\n  url: 'sqlite:a.db'\nfetch:\n  conections: 5\n")
    with pytest.raises(SettingsInvalid, match=r"m\.yaml:4: fetch\.conections: no such field"):
        load_settings(path, environment={})


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "m.yaml", "fetch:\n  connections: none\ncluster:\n  live_days: -1\n")
    with pytest.raises(SettingsInvalid) as told:
        load_settings(path, environment={})
    assert ":2: fetch.connections" in str(told.value)
    assert ":4: cluster.live_days" in str(told.value)


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "m.yaml", "")
    with pytest.raises(SettingsInvalid, match="MONITOR_FETCH__CONNECTIONS"):
        load_settings(path, environment={"MONITOR_FETCH__CONNECTIONS": "many"})


def test_a_mistake_never_shows_the_value(tmp_path: Path) -> None:
    path = write(tmp_path / "m.yaml", "alert:\n  smtp:\n    port: hunter2\n")
    with pytest.raises(SettingsInvalid) as told:
        load_settings(path, environment={})
    assert "hunter2" not in str(told.value)


def test_a_mistake_in_the_alerts_file_names_that_file(tmp_path: Path) -> None:
    alerts = write(tmp_path / "alerts.yaml", "recipients:\n  - name: desk\n    channel: pigeon\n    address: x\n")
    path = write(tmp_path / "m.yaml", f"alerts: '{alerts}'\n")
    with pytest.raises(SettingsInvalid, match=r"alerts\.yaml:3: recipients\.0\.channel"):
        load_settings(path, environment={})


def test_aliases_are_refused_before_they_can_blow_up() -> None:
    with pytest.raises(SettingsInvalid, match="aliases"):
        parse_yaml("a: &x [1]\nb: *x\n", name="f")


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="f:2: a: stands twice"):
        parse_yaml("a: 1\na: 2\n", name="f")


def test_broken_yaml_names_the_line() -> None:
    with pytest.raises(SettingsInvalid, match="f:3: not valid YAML"):
        parse_yaml("a: 1\nb: [1\n", name="f")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        load_settings(tmp_path / "none.yaml", environment={})
