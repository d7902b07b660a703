"""Talk to Elasticsearch: one connection per process, retries, and the few shapes of request that the store makes.

In: requests. Out: plain hits and results. Never: knows a field. What is read by id is always current; what is
searched is refreshed first, so that every process reads what any process wrote.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import stamina

from monitor.errors import MonitorError, SettingsInvalid
from monitor.settings import StoreSettings
from monitor.store.elastic.errors import blocked_or_busy, is_passing, translate
from monitor.store.elastic.names import Names

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

log = logging.getLogger(__name__)
T = TypeVar("T")

TRIES = 4
TRY_SECONDS = 20.0
"""Retries end after so many tries or seconds; the next run of the stage goes on from there."""
REQUEST_SECONDS = 60.0
PAGE = 500
"""Hits per request: with article texts of the usual 5 kB, some MB."""
GET_CHUNK = 2_000
BULK_ITEMS = 1_000
BULK_BYTES = 8_000_000
PARALLEL_CHUNK = 500
THREADS = 4
"""As the driver's own parallel helper has them."""
BUSY = 429
KEEP_ALIVE = "2m"
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Hit:
    """A document, where it is, and the version that a later write may insist on."""

    index: str
    id: str
    source: dict[str, Any]
    seq_no: int = -1
    primary_term: int = -1
    sort: tuple[Any, ...] = ()
    score: float = 0.0
    fields: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one item of a bulk; a conflict is no error here, the caller decides."""

    index: str
    id: str
    status: int
    is_conflict: bool


class Client:
    """Opens nothing until the first request. Made anew in a forked child, whose parent keeps its sockets."""

    def __init__(self, settings: StoreSettings) -> None:
        self.names = Names(settings.index_prefix)
        self.name = _without_secrets(settings.url)
        self._settings = settings
        self._lock = threading.Lock()
        self._made: Elasticsearch | None = None
        self._process = 0
        self._is_closed = False
        self._version: tuple[int, int] | None = None

    def request(self, call: Callable[[Elasticsearch], T]) -> T:
        """One request, tried again while the failure may pass; errors come out translated."""
        from elasticsearch import ApiError, TransportError

        if self._is_closed:
            raise MonitorError(f"store {self.name}: it was closed; make a new one")
        try:
            for attempt in stamina.retry_context(on=is_passing, attempts=TRIES, timeout=TRY_SECONDS, wait_initial=0.2):
                with attempt:
                    return call(self._connection())
        except (ApiError, TransportError) as error:
            raise translate(error, name=self.name) from error
        raise AssertionError("stamina gives at least one attempt")

    def version(self) -> tuple[int, int]:
        """The server's, asked once."""
        if self._version is None:
            number = str(self.request(lambda es: es.info())["version"]["number"])
            major, minor, *_ = number.split(".")
            self._version = (int(major), int(minor))
        return self._version

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            if self._made is not None and self._process == os.getpid():
                self._made.close()
            self._made = None

    # by id -------------------------------------------------------------------------------------------------

    def get_many(self, indices: Sequence[str], ids: Iterable[str], *, source: Any = True) -> dict[str, Hit]:
        """Documents by id, current to the last write. In several indices, the first named one that has it counts."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Hit] = {}
        for index in indices:
            missing = [each for each in wanted if each not in found]
            for start in range(0, len(missing), GET_CHUNK):
                chunk = missing[start : start + GET_CHUNK]
                docs = self._mget(index, chunk, source)
                found |= {doc["_id"]: _from_get(doc) for doc in docs if doc.get("found")}
        return found

    def _mget(self, index: str, ids: Sequence[str], source: Any) -> list[dict[str, Any]]:
        includes = {"source_includes": source} if isinstance(source, list) else {"source": source}
        answer = self.request(lambda es: es.mget(index=index, ids=ids, **includes))
        docs: list[dict[str, Any]] = answer["docs"]
        for doc in docs:
            if "error" in doc:
                reason = f"{doc['error'].get('type')}: {doc['error'].get('reason')}"
                if "index_not_found" in reason:
                    return self._none_of(index)
                raise blocked_or_busy(503, reason, name=self.name)
        return docs

    def _none_of(self, index: str) -> list[dict[str, Any]]:
        """A generation may have been dropped a moment ago; anything else that is missing was never made."""
        if index[-6:].isdigit():
            return []
        raise SettingsInvalid(f"store {self.name}: index {index} is missing; run `monitor setup`")

    def get(self, index: str, id_: str) -> Hit | None:
        return self.get_many([index], [id_]).get(id_)

    # writing -----------------------------------------------------------------------------------------------

    def bulk(self, actions: Iterable[dict[str, Any]]) -> dict[tuple[str, str], Done]:
        """Write; every item succeeds or is a conflict, else this raises. Repeating it is harmless."""
        from elasticsearch import ApiError, TransportError

        done: dict[tuple[str, str], Done] = {}
        waiting = list(actions)
        if not waiting:
            return done
        if self._is_closed:
            raise MonitorError(f"store {self.name}: it was closed; make a new one")
        try:
            for attempt in stamina.retry_context(on=is_passing, attempts=TRIES, timeout=TRY_SECONDS, wait_initial=0.2):
                with attempt:
                    for is_ok, item in self._send(waiting):
                        result = self._check(is_ok, item)
                        done[result.index, result.id] = result
        except (ApiError, TransportError) as error:
            raise translate(error, name=self.name) from error
        return done

    def _send(self, actions: list[dict[str, Any]]) -> Iterator[tuple[bool, dict[str, Any]]]:
        """Many at once go over several connections, so that both ends work; throttled items go again, one by one."""
        from elasticsearch import helpers

        throttled: list[dict[str, Any]] = []
        by_id = {action["_id"]: action for action in actions}
        if len(actions) > PARALLEL_CHUNK and len(by_id) == len(actions):  # else their order may matter
            sent = helpers.parallel_bulk(
                self._connection(),
                actions,
                thread_count=THREADS,
                chunk_size=PARALLEL_CHUNK,
                max_chunk_bytes=BULK_BYTES,
                raise_on_error=False,
            )
            for is_ok, item in sent:
                answer = next(iter(item.values()))
                if answer["status"] == BUSY:
                    throttled.append(by_id[answer["_id"]])
                else:
                    yield is_ok, item
            actions = throttled
        yield from helpers.streaming_bulk(
            self._connection(),
            actions,
            chunk_size=BULK_ITEMS,
            max_chunk_bytes=BULK_BYTES,
            raise_on_error=False,
            max_retries=TRIES - 1,
            initial_backoff=0.2,
            max_backoff=5,
        )

    def _check(self, is_ok: bool, item: Mapping[str, Any]) -> Done:
        kind, answer = next(iter(item.items()))
        status = int(answer["status"])
        if not is_ok and status != CONFLICT and not (kind in ("delete", "update") and status == 404):
            error = answer.get("error", {})
            reason = f"{error.get('type')}: {error.get('reason')}" if isinstance(error, dict) else str(error)
            raise blocked_or_busy(status, f"{reason[:400]} (document {answer['_id']})", name=self.name)
        return Done(answer["_index"], answer["_id"], status, is_conflict=status == CONFLICT)

    # searching ---------------------------------------------------------------------------------------------

    def refresh(self, index: str) -> None:
        """Make what was written visible to searches; nearly free when nothing was."""
        self.request(lambda es: es.indices.refresh(index=index, ignore_unavailable=True))

    def count(self, index: str, query: Mapping[str, Any] | None = None) -> int:
        self.refresh(index)
        return int(self.request(lambda es: es.count(index=index, query=query))["count"])

    def terms(self, index: str, field: str, *, size: int = 100) -> dict[str, int]:
        """How many documents there are of each value."""
        self.refresh(index)
        aggs = {"values": {"terms": {"field": field, "size": size}}}
        answer = self.request(lambda es: es.search(index=index, size=0, aggs=aggs))
        return {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["values"]["buckets"]}

    def find(
        self,
        index: str,
        *,
        query: Mapping[str, Any] | None = None,
        sort: Sequence[Mapping[str, Any]] = (),
        limit: int | None = None,
        source: Any = True,
        fields: Sequence[str] = (),
        page: int = PAGE,
    ) -> Iterator[Hit]:
        """Hits in order, page by page; `limit` None is all of them. One page is one request, more read a
        point in time, so that a write in between neither hides nor repeats a hit."""
        if limit is not None and limit <= 0:
            return
        self.refresh(index)
        body: dict[str, Any] = {"query": query or {"match_all": {}}, "sort": list(sort), "source": source}
        body["seq_no_primary_term"] = True
        if fields:
            body["fields"] = list(fields)
        first = self._hits(index=index, size=page if limit is None else min(page, limit), **body)
        if len(first) < page or limit == page:
            yield from first
        else:
            yield from self._pages(index, body, limit=limit, page=page)

    def knn(self, index: str, knn: Mapping[str, Any], *, size: int, source: Any) -> list[Hit]:
        """Nearest first. An index pattern that names nothing yet has no hits."""
        return self._hits(index=index, knn=knn, size=size, source=source, ignore_unavailable=True)

    def _pages(self, index: str, body: dict[str, Any], *, limit: int | None, page: int) -> Iterator[Hit]:
        pit = self.request(lambda es: es.open_point_in_time(index=index, keep_alive=KEEP_ALIVE))["id"]
        body["sort"] = [*body["sort"], {"_shard_doc": "asc"}]
        try:
            left = limit
            while left is None or left > 0:
                size = page if left is None else min(page, left)
                hits = self._hits(pit={"id": pit, "keep_alive": KEEP_ALIVE}, size=size, **body)
                yield from hits
                if len(hits) < size:
                    return
                left = None if left is None else left - len(hits)
                body["search_after"] = list(hits[-1].sort)
        finally:
            self.request(lambda es: es.close_point_in_time(id=pit))

    def _hits(self, **request: Any) -> list[Hit]:
        answer = self.request(lambda es: es.search(track_total_hits=False, **request))
        return [from_hit(hit) for hit in answer["hits"]["hits"]]

    # the connection ----------------------------------------------------------------------------------------

    def _connection(self) -> Elasticsearch:
        with self._lock:
            if self._made is None or self._process != os.getpid():
                self._made = _connect(self._settings)
                self._process = os.getpid()
            return self._made


def from_hit(hit: Mapping[str, Any]) -> Hit:
    return Hit(
        index=hit["_index"],
        id=hit["_id"],
        source=hit.get("_source") or {},
        seq_no=hit.get("_seq_no", -1),
        primary_term=hit.get("_primary_term", -1),
        sort=tuple(hit.get("sort") or ()),
        score=hit.get("_score") or 0.0,
        fields=hit.get("fields"),
    )


def _from_get(doc: Mapping[str, Any]) -> Hit:
    return Hit(doc["_index"], doc["_id"], doc.get("_source") or {}, doc["_seq_no"], doc["_primary_term"])


def _connect(settings: StoreSettings) -> Elasticsearch:
    from elasticsearch import Elasticsearch

    options: dict[str, Any] = {"request_timeout": REQUEST_SECONDS, "max_retries": 0, "retry_on_timeout": False}
    if settings.api_key is not None:
        options["api_key"] = settings.api_key.get_secret_value()
    elif settings.user:
        password = settings.password.get_secret_value() if settings.password else ""
        options["basic_auth"] = (settings.user, password)
    if settings.ca_file is not None:
        if not settings.ca_file.is_file():
            raise SettingsInvalid(f"store.ca_file: there is no file {settings.ca_file}")
        options["ca_certs"] = str(settings.ca_file)
    try:
        return Elasticsearch(_with_port(settings.url), **options)
    except ValueError as error:
        raise SettingsInvalid(f"store.url: {_without_secrets(settings.url)!r}: {error}") from error


def _with_port(url: str) -> str:
    """The driver wants every address to name its port."""
    parts = urlsplit(url)
    if parts.port is not None:
        return url
    host = f"{parts.netloc}:{443 if parts.scheme == 'https' else 9200}"
    return parts._replace(netloc=host).geturl()


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
