"""Create and upgrade templates, indices and aliases.

In: a client. Out: a line per thing done. The schema's version stands in the store itself, so that an older program
refuses a newer store, and a newer program knows which numbered migrations are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from monitor.errors import MonitorError, SettingsInvalid, StoreTooNew
from monitor.store.elastic.client import Client
from monitor.store.elastic.names import KINDS, index_settings, mapping
from monitor.store.elastic.part import create, put

LEAST_SERVER = 9
SCHEMA = "schema"
TOGETHER = 4
"""Requests at a time: the server makes changes of its state in batches."""
PRIORITY = 200
"""Above templates that a cluster may have for all indices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step; `run` can be repeated. New fields alone need no copy: put the mapping (`put_mapping`)."""

    number: int
    name: str
    run: Callable[[Client], None]


def _nothing(_client: Client) -> None:
    """Templates and indices are created for every version alike."""


MIGRATIONS: tuple[Migration, ...] = (Migration(number=1, name="initial", run=_nothing),)


def prepare(client: Client, *, migrations: tuple[Migration, ...] = MIGRATIONS) -> list[str]:
    """Bring the server to this version. Quick when it is. Raises `StoreTooNew`."""
    version, wanted = _stored_version(client), migrations[-1].number
    if version > wanted:
        raise StoreTooNew(
            f"store {client.name}: it has version {version}, this program knows {wanted}; "
            "install the newer News Monitor, or choose another store.index_prefix"
        )
    if version == wanted and not _missing(client):
        return []
    _refuse_old_server(client)
    return list(_build(client, version, migrations))


def _build(client: Client, version: int, migrations: tuple[Migration, ...]) -> Iterator[str]:
    _put_templates(client)
    missing = _missing(client)
    with ThreadPoolExecutor(TOGETHER) as pool:
        created = list(pool.map(lambda kind: _create_index(client, kind), missing))
    if any(created):
        yield f"store {client.name}: indices {client.names.alias('*')} created: {', '.join(missing)}"
    for migration in migrations:
        if migration.number > version:
            migration.run(client)
            yield f"store {client.name}: {migration.number} {migration.name}"
    state = client.names.alias("state")
    client.bulk([put(state, SCHEMA, {"name": SCHEMA, "version": migrations[-1].number})])


def _stored_version(client: Client) -> int:
    """0 for a store that is not there yet."""
    try:
        found = client.get(client.names.alias("state"), SCHEMA)
    except SettingsInvalid:
        if _has(client, "state"):
            raise
        return 0
    return int(found.source["version"]) if found else 0


def _has(client: Client, kind: str) -> bool:
    alias = client.names.alias(kind)
    return bool(client.request(lambda es: es.indices.exists_alias(name=alias)))


def _missing(client: Client) -> list[str]:
    """Kinds whose alias is not there. Vectors' indices come with their first vector."""
    pattern = client.names.alias("*")
    answer = client.request(lambda es: es.indices.get_alias(index=pattern, allow_no_indices=True))
    there = {alias for index in answer.values() for alias in index["aliases"]}
    return [kind for kind in KINDS if kind != "vectors" and client.names.alias(kind) not in there]


def _refuse_old_server(client: Client) -> None:
    major, minor = client.version()
    if major < LEAST_SERVER:
        raise SettingsInvalid(
            f"store {client.name}: it runs Elasticsearch {major}.{minor}; version {LEAST_SERVER} is needed"
        )


def _put_templates(client: Client) -> None:
    names = client.names
    shared = names.template("settings")
    settings = {"settings": index_settings()}
    client.request(lambda es: es.cluster.put_component_template(name=shared, template=settings))
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(lambda kind: _put_template(client, kind, shared), KINDS))


def _put_template(client: Client, kind: str, shared: str) -> None:
    name, pattern = client.names.template(kind), f"{client.names.alias(kind)}-*"
    # Later generations join their alias by themselves, but for articles, whose alias rollover moves.
    aliases: dict[str, Any] = {client.names.alias(kind): {}} if kind in ("passages", "vectors") else {}
    client.request(
        lambda es: es.indices.put_index_template(
            name=name,
            index_patterns=[pattern],
            composed_of=[shared],
            priority=PRIORITY,
            template={"mappings": mapping(kind), "aliases": aliases},
        )
    )


def _create_index(client: Client, kind: str) -> bool:
    """True when this call created it, False when another process did a moment ago."""
    alias = {client.names.alias(kind): {"is_write_index": True} if kind == "articles" else {}}
    return create_unless_there(client, client.names.index(kind), aliases=alias)


def create_unless_there(client: Client, index: str, **options: Any) -> bool:
    """True when this call created it."""
    try:
        client.request(lambda es: es.indices.create(index=index, **options))
    except MonitorError as error:
        if "resource_already_exists_exception" not in str(error):
            raise
        return False
    return True


def copy_index(client: Client, kind: str) -> str:
    """Copy a small kind into a new index with today's mapping and move the alias there; answers its name.

    For migrations that change a field's type. Reads by pages and writes by bulk; other writers must rest meanwhile.
    """
    alias = client.names.alias(kind)
    old = next(iter(client.request(lambda es: es.indices.get_alias(name=alias))))
    new = client.names.index(kind, client.names.generation_of(old) + 1)
    create_unless_there(client, new)
    for hits in _batches(client, old):
        client.bulk(create(new, id_, source) for id_, source in hits)
    actions = [{"add": {"index": new, "alias": alias}}, {"remove_index": {"index": old}}]
    client.request(lambda es: es.indices.update_aliases(actions=actions))
    return new


def _batches(client: Client, index: str, size: int = 500) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    batch: list[tuple[str, dict[str, Any]]] = []
    for hit in client.find(index):
        batch.append((hit.id, hit.source))
        if len(batch) == size:
            yield batch
            batch = []
    yield batch
