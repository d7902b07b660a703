"""The compose file and .env, read without a container engine: what a reviewer would check by eye."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.settings import load_settings, read_feeds, read_seeds
from samples.addresses import WebAddresses
from samples.news import NEWS_PATH, load_news

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
ONE_SHOT = {"kibana-password", "monitor-setup", "airflow-init"}
LONG_RUNNING = sorted(set(SERVICES) - ONE_SHOT)
SECRETS = (
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "ELASTIC_PASSWORD",
    "KIBANA_PASSWORD",
    "KIBANA_SECURITY_KEY",
    "KIBANA_OBJECTS_KEY",
    "AIRFLOW_ADMIN_PASSWORD",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_SECRET_KEY",
)


def make_env(folder: Path, *arguments: str) -> dict[str, str]:
    """Run make_env.py in a folder with the example; the variables of .env."""
    (folder / ".env.example").write_bytes((ROOT / ".env.example").read_bytes())
    subprocess.run([sys.executable, ROOT / "docker" / "make_env.py", *arguments], cwd=folder, check=True, timeout=60)
    lines = (folder / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_a_long_running_service_has_a_health_check(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"]
    assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_a_long_running_service_starts_again(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(ONE_SHOT))
def test_a_set_up_job_runs_once_and_somebody_waits_for_it(name: str) -> None:
    assert SERVICES[name]["restart"] == "no"
    waiting = [s for s in SERVICES.values() if s.get("depends_on", {}).get(name)]
    assert waiting  # else `up --wait` would fail when it ends
    assert {s["depends_on"][name]["condition"] for s in waiting} == {"service_completed_successfully"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_limited_in_memory_and_in_what_it_may_become(name: str) -> None:
    assert re.fullmatch(r"\d+[mg]", SERVICES[name]["mem_limit"])
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_waits_only_for_services_that_can_be_waited_for(name: str) -> None:
    for other, rule in SERVICES[name].get("depends_on", {}).items():
        assert rule["condition"] != "service_started"
        if rule["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        hidden = set(SERVICES[other].get("profiles", ())) - set(SERVICES[name].get("profiles", ()))
        assert not hidden or rule["required"] is False


def test_every_port_is_on_loopback() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert len(ports) == 4
    assert all(re.fullmatch(r"127\.0\.0\.1:\$\{[A-Z]+_PORT:-\d+\}:\d+", port) for port in ports)


def test_elasticsearch_and_kibana_have_one_version() -> None:
    images = [service["image"] for service in SERVICES.values() if "elastic.co" in service["image"]]
    assert len(images) == 3
    assert {image.rpartition(":")[2] for image in images} == {"-9.5.3}"}
    assert all("${STACK_VERSION:-9.5.3}" in image for image in images)


def test_every_image_has_a_version() -> None:
    assert not [s["image"] for s in SERVICES.values() if s["image"].endswith("latest") or ":" not in s["image"]]


def test_secrets_come_from_the_environment_and_are_asked_for() -> None:
    for name in SECRETS:
        assert f"${{{name}:?run make env}}" in TEXT
    values = {
        (service, name): str(value)
        for service, rules in SERVICES.items()
        for name, value in rules.get("environment", {}).items()
        if re.search(r"(PASSWORD|SECRET|KEY)$", name)
    }
    assert len(values) > 10
    assert not [key for key, value in values.items() if not re.fullmatch(r"\$\{[A-Z_]+:\?run make env\}", value)]


def test_nothing_secret_is_in_the_example() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert all(f"{name}=" in lines for name in SECRETS)


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)[:}]", TEXT))
    assert used
    assert not [name for name in used if not re.search(rf"^{name}=", example, re.MULTILINE)]


def test_volumes_are_named() -> None:
    used = {v.partition(":")[0] for s in SERVICES.values() for v in s.get("volumes", ()) if not v.startswith(".")}
    assert used == set(COMPOSE["volumes"])


def test_every_file_that_a_service_names_is_there() -> None:
    named = re.findall(r'"(docker/[a-z_]+\.(?:py|sh))"', TEXT) + re.findall(r"docker/[a-z/]+\.(?:json|yaml)", TEXT)
    assert len(named) >= 5
    assert not [name for name in named if not (ROOT / name).is_file()]


def test_make_env_fills_in_every_secret_with_letters_and_digits(tmp_path: Path) -> None:
    made = make_env(tmp_path)
    assert all(re.fullmatch(r"[A-Za-z0-9]{20,}=?", made[name]) for name in SECRETS)
    assert len({made[name] for name in SECRETS}) == len(SECRETS)
    assert len(made["AIRFLOW_JWT_SECRET"]) >= 64
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_make_env_makes_other_secrets_each_time(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = make_env(tmp_path / "a"), make_env(tmp_path / "b")
    assert not [name for name in SECRETS if one[name] == other[name]]


def test_make_env_leaves_an_existing_file_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("POSTGRES_PASSWORD=mine\n", encoding="utf-8")
    assert make_env(tmp_path) == {"POSTGRES_PASSWORD": "mine"}


def test_the_demo_setting_names_settings_that_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_env(tmp_path, "--demo")
    assert made["COMPOSE_PROFILES"] == "demo"
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MONITOR_ALERTS", made["MONITOR_ALERTS"])
    settings = load_settings(Path(made["MONITOR_CONFIG"]))
    assert read_seeds(settings.seeds)
    assert settings.alert.smtp.host in SERVICES
    assert [recipient.channel for recipient in settings.alert.recipients] == ["smtp"]


def test_the_demo_reads_the_feeds_that_the_sample_news_serves() -> None:
    addresses = WebAddresses("http://sample-news:8765")
    served = [addresses.feed(publisher) for publisher in load_news(NEWS_PATH).publishers]
    assert [feed.url for feed in read_feeds(ROOT / "docker" / "demo" / "feeds.yaml")] == served
    assert "sample-news" in SERVICES
    assert "sample-news" in SERVICES["sample-news"]["command"]


def test_the_image_runs_as_a_person_without_rights() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER")][-1] == "USER 10001"


def test_an_image_with_cpu_torch_leaves_out_the_gpu_libraries_and_nothing_else() -> None:
    locked = ROOT / "requirements" / "airflow.txt"

    def names(text: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE))

    script = [sys.executable, str(ROOT / "docker" / "requirements.py")]
    rest = subprocess.run([*script, str(locked)], capture_output=True, text=True, check=True, timeout=60).stdout
    left_out = names(locked.read_text(encoding="utf-8")) - names(rest)
    assert {"torch", "triton"} < left_out
    assert all(re.match(r"torch$|triton$|nvidia-|cuda-", name) for name in left_out)
    torch = subprocess.run(
        [*script, "--torch", str(locked)], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert re.fullmatch(r"torch==[\d.]+\n", torch)
