"""Named states of the stages, and leases.

A blob may be larger than a request may be: its parts are named by their content, and one small document, the head,
says which parts count. So a reader sees the old blob or the new one, never a mixture.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import StoreUnavailable
from monitor.store.elastic.client import Hit
from monitor.store.elastic.documents import doc_id, read_bytes
from monitor.store.elastic.part import CHANGE_TRIES, Part, create, delete, put, put_at
from monitor.store.plain import clean_text, time_text, to_plain

PART_BYTES = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    digest: str
    parts: int


class BlobPart(Part):
    def read_blob(self, name: str) -> bytes:
        for _ in range(CHANGE_TRIES):
            head = self._head(name)
            if head is None:
                return b""
            ids = _part_ids(name, head)
            found = self._client.get_many([self._names.alias("state")], ids)
            if len(found) == head.parts:
                return b"".join(read_bytes(found[each].source["content"]) for each in ids)
            time.sleep(0.05)  # it is being replaced at this moment
        raise StoreUnavailable(f"store {self._client.name}: the state {name!r} is being replaced; run again")

    def _save_blob(self, name: str, content: bytes) -> None:
        self._commit_blob(name, self._stage_blob(name, content))

    def _stage_blob(self, name: str, content: bytes) -> Head:
        """Write the parts; nobody sees them yet."""
        pieces = [content[start : start + PART_BYTES] for start in range(0, len(content), PART_BYTES)]
        head = Head(digest=hashlib.sha256(content).hexdigest(), parts=len(pieces))
        state = self._names.alias("state")
        for id_, piece in zip(_part_ids(name, head), pieces, strict=True):
            self._client.bulk([put(state, id_, {"name": clean_text(name), "content": to_plain(piece)})])
        return head

    def _commit_blob(self, name: str, head: Head) -> None:
        before = self._head(name)
        state = self._names.alias("state")
        source = {"name": clean_text(name), "digest": head.digest, "parts": head.parts}
        self._client.bulk([put(state, _head_id(name), source)])
        if before is not None and before != head:
            self._client.bulk(delete(state, each) for each in _part_ids(name, before))

    def _drop_blob(self, name: str) -> None:
        if (head := self._head(name)) is not None:
            state = self._names.alias("state")
            self._client.bulk([delete(state, _head_id(name))])
            self._client.bulk(delete(state, each) for each in _part_ids(name, head))

    def _head(self, name: str) -> Head | None:
        found = self._client.get(self._names.alias("state"), _head_id(name))
        return None if found is None else Head(digest=found.source["digest"], parts=found.source["parts"])

    # leases ------------------------------------------------------------------------------------------------

    def acquire_lease(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        source = {"name": clean_text(name), "owner": clean_text(owner), "until": time_text(until)}
        now_text = time_text(now)
        state, id_ = self._names.alias("state"), _lease_id(name)
        for _ in range(CHANGE_TRIES):
            held = self._client.get(state, id_)
            if held is not None and not _is_free(held, owner=source["owner"], now=now_text):
                return False
            action = create(state, id_, source) if held is None else put_at(held, source)
            done = self._client.bulk([action])
            if not any(each.is_conflict for each in done.values()):
                return True
        return False

    def release_lease(self, name: str, *, owner: str) -> None:
        state = self._names.alias("state")
        held = self._client.get(state, _lease_id(name))
        if held is not None and held.source["owner"] == clean_text(owner):
            action = delete(held.index, held.id)
            self._client.bulk([action | {"if_seq_no": held.seq_no, "if_primary_term": held.primary_term}])


def _is_free(held: Hit, *, owner: str, now: str) -> bool:
    return bool(held.source["owner"] == owner or held.source["until"] <= now)


def _head_id(name: str) -> str:
    return doc_id("blob", name)


def _part_ids(name: str, head: Head) -> list[str]:
    return [doc_id("part", name, head.digest, str(number)) for number in range(head.parts)]


def _lease_id(name: str) -> str:
    return doc_id("lease", name)
