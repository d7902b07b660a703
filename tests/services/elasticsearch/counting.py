"""Count the requests that a store makes of Elasticsearch: unlike seconds, they do not depend on the machine.

In: what the driver logs, a line per request. Out: how many of each kind. Never: changes a request.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from typing import Self

_KIND = re.compile(r"^\w+ https?://\S*?/(?P<name>_[a-z_]+)")
"""Method and address, as `elastic_transport` logs them at INFO, up to `_bulk`, `_search`, `_alias` …"""


class Requests(logging.Handler):
    """Counts while it is entered: `with Requests() as asked: …; asked.by_kind`."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.by_kind: Counter[str] = Counter()
        self._logger = logging.getLogger("elastic_transport.transport")
        self._before = (self._logger.level, self._logger.propagate)

    def emit(self, record: logging.LogRecord) -> None:
        found = _KIND.match(record.getMessage())
        self.by_kind[found["name"] if found else "other"] += 1

    def __enter__(self) -> Self:
        self._before = (self._logger.level, self._logger.propagate)
        self._logger.setLevel(logging.INFO)
        self._logger.propagate = False  # counted, not printed
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.level, self._logger.propagate = self._before
