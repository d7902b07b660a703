"""Kibana's objects: the committed file is the description's, keeps Kibana's silent rules, and names mapped fields."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor.errors import SettingsInvalid, StoreUnavailable
from monitor.settings import StoreSettings
from monitor.store.elastic.kibana import describe, import_kibana, to_ndjson
from monitor.store.elastic.names import KINDS, mapping
from tests.services.elasticsearch.kibana_rules import broken_rules, field_types
from tests.services.elasticsearch.kibana_stub import IMPORTED, Kibana, serving_kibana, uploaded

COMMITTED = Path(__file__).parents[3] / "config" / "kibana" / "monitor.ndjson"
FIELDS = field_types({f"monitor-{kind}": mapping(kind) for kind in KINDS})
NDJSON = to_ndjson(describe("monitor"))
LOGIN = StoreSettings(url="http://127.0.0.1:9200")


def test_the_committed_file_is_what_the_description_gives() -> None:
    assert COMMITTED.read_text("utf-8") == NDJSON, "run: python -m monitor.store.elastic.kibana"


def test_every_rule_is_kept() -> None:
    assert broken_rules(NDJSON, FIELDS) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ((r"\"sourceField\":\"story_id\"", r"\"sourceField\":\"story\""), "terms of story, which is not mapped"),
        ((r"\"sourceField\":\"title.keyword\"", r"\"sourceField\":\"title\""), "terms of title, which is text"),
        (("relation : reverses", "relatoin : reverses"), "field relatoin is not mapped"),
        ((r"\"w\":24", r"\"w\":32"), "overlap"),
        (('"name":"p1:', '"name":"'), "is not repeated"),
        ((r"\"accessors\":[\"m0\"]", r"\"accessors\":[]"), "accessors"),
        ((r"\"scale\":\"ordinal\"", r"\"scale\":\"ratio\""), "scale ratio"),
        (('"id":"monitor-reversals","references"', '"id":"other","references"'), "leads nowhere"),
        ((r"\"includeEmptyRows\":true,", ""), "params lack"),
        ((r"\"fittingFunction\":\"None\",", ""), "visualization ["),
        ((r"\"layerType\":\"data\",\"position\"", r"\"position\""), "layer lacks ['layerType']"),
        (('"typeMigrationVersion":"8.9.0"', '"typeMigrationVersion":"10.4.0"'), "versions 8.8.0, 10.4.0"),
        (('"timeFieldName":"tried_at"', '"timeFieldName":"ok"'), "time field ok"),
    ],
)
def test_a_broken_object_is_found(change: tuple[str, str], told: str) -> None:
    broken = NDJSON.replace(*change)
    assert broken != NDJSON
    assert any(told in problem for problem in broken_rules(broken, FIELDS))


def test_another_prefix_gives_other_ids_and_indices() -> None:
    other = describe("desk")
    assert {each["attributes"]["title"] for each in other if each["type"] == "index-pattern"} >= {"desk-articles"}
    assert not any('"monitor-' in line for line in to_ndjson(other).splitlines())


@pytest.fixture
def kibana() -> Iterator[tuple[type[Kibana], str]]:
    with serving_kibana() as found:
        yield found


def test_objects_are_uploaded_as_kibana_wants_them(kibana: tuple[type[Kibana], str]) -> None:
    handler, url = kibana
    login = StoreSettings(url="http://127.0.0.1:9200", user="elastic", password=SecretStr("pass"))
    assert import_kibana(url, describe("monitor"), login=login).endswith("15 saved objects imported")
    method, path, headers, body = handler.asked[-1]
    assert (method, path) == ("POST", "/api/saved_objects/_import?overwrite=true")
    assert headers["kbn-xsrf"] == "true"
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"elastic:pass"
    assert uploaded(headers, body) == ("objects.ndjson", NDJSON.encode())


def test_a_starting_kibana_is_waited_for(kibana: tuple[type[Kibana], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.elastic.kibana.importing.PAUSE_SECONDS", 0.01)
    handler, url = kibana
    handler.levels = ["unavailable", "degraded", "available"]
    import_kibana(url, [], login=LOGIN)
    assert [method for method, *_ in handler.asked] == ["GET", "GET", "GET", "POST"]


def test_a_kibana_that_is_too_busy_to_import_is_asked_again(
    kibana: tuple[type[Kibana], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.store.elastic.kibana.importing.PAUSE_SECONDS", 0.01)
    handler, url = kibana
    handler.answers = [(503, {}), IMPORTED]
    assert import_kibana(url, [], login=LOGIN).endswith("15 saved objects imported")


def test_a_kibana_that_stays_away_is_named(kibana: tuple[type[Kibana], str]) -> None:
    handler, url = kibana
    handler.levels = ["unavailable"]
    with pytest.raises(StoreUnavailable, match="not available after 0 seconds"):
        import_kibana(url, [], login=LOGIN, wait_seconds=0)


def test_refused_objects_are_told_although_the_status_is_200(kibana: tuple[type[Kibana], str]) -> None:
    handler, url = kibana
    error = {"type": "dashboard", "id": "monitor-news-desk", "error": {"type": "missing_references"}}
    handler.answers = [(200, {"success": False, "errors": [error]})]
    with pytest.raises(SettingsInvalid, match=r"monitor-news-desk.*missing_references"):
        import_kibana(url, [], login=LOGIN)


def test_a_refused_login_says_which_setting(kibana: tuple[type[Kibana], str]) -> None:
    handler, url = kibana
    handler.answers = [(403, {})]
    with pytest.raises(SettingsInvalid, match="MONITOR_STORE__API_KEY"):
        import_kibana(url, [], login=LOGIN)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match=r"alert\.kibana_url"):
        import_kibana("kibana", [], login=LOGIN)
