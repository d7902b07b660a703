"""Turn a labelled stream into tables of similarities, as the clusterer itself sees it.

In: rows and items in order of arrival. Out: a `Stream`. Never: decides on stories; copies are the clusterer's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped, unused-ignore]  # has no types

from benchmarks.stories.data import Row
from monitor.cluster.base import Item
from monitor.cluster.copies import CopyMatch
from monitor.cluster.document import ENTITIES, WORDS, Document, brevity_of
from monitor.cluster.merging import load_model
from monitor.cluster.one_pass import Choice, OnePassClusterer
from monitor.settings.model import ClusterSettings
from training.cluster.simulate import Stream, Table

FOR_EVER_DAYS = 365


class Recorder(OnePassClusterer):
    """The clusterer with each article a story of its own, keeping all documents."""

    def __init__(self) -> None:
        super().__init__(ClusterSettings(live_days=FOR_EVER_DAYS), load_model())
        self.documents: list[Document] = []

    def _choose(
        self,
        document: Document,
        match: CopyMatch | None,
        previous: Document | None,
        *,
        names: Counter[str],
        ahead: int,
    ) -> Choice:
        del previous, names, ahead
        story_id = match.document.story_id if match else document.id
        return Choice(story_id, {}, story_id)

    def _remember(self, document: Document) -> None:
        self.documents.append(document)
        super()._remember(document)


def record_stream(set_name: str, rows: Sequence[Row], items: Sequence[Item]) -> Stream:
    """Labels that begin with a question mark are unknown."""
    recorder = Recorder()
    decisions = recorder.assign(items)
    places = {row.id: place for place, row in enumerate(rows)}
    numbers: dict[str, int] = {}
    labels = [-1 if row.label.startswith("?") else numbers.setdefault(row.label, len(numbers)) for row in rows]
    started = items[0].at
    return Stream(
        set_name=set_name,
        tables=_make_tables(recorder.documents),
        at=np.array([(item.at - started).total_seconds() for item in items]),
        origins=np.array([places.get(decision.copy_of, -1) for decision in decisions]),
        brevity=np.array([brevity_of(document.n_words) for document in recorder.documents]),
        labels=np.array(labels),
    )


def _make_tables(documents: Sequence[Document]) -> Table:
    vectors = np.stack([document.vector for document in documents])
    tables = [vectors @ vectors.T]
    for kind in (WORDS, ENTITIES):
        chosen = [document.kinds == kind for document in documents]
        owners = np.repeat(np.arange(len(documents)), [int(part.sum()) for part in chosen])
        terms = np.concatenate([d.terms[part] for d, part in zip(documents, chosen, strict=True)])
        weights = np.concatenate([d.weights[part] for d, part in zip(documents, chosen, strict=True)])
        columns = np.unique(terms, return_inverse=True)[1]
        sparse = csr_matrix((weights, (owners, columns)), shape=(len(documents), int(columns.max(initial=0)) + 1))
        tables.append((sparse @ sparse.T).toarray())
    return np.ascontiguousarray(np.stack(tables, axis=-1), np.float32)
