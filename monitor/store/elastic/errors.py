"""Translate what the driver raises into the monitor's own errors, saying what to do.

In: an exception of elasticsearch-py. Out: `StoreUnavailable`, `SettingsInvalid` or `MonitorError`, and whether
trying again soon may help. Never: lets an address with a password into a message.
"""

from __future__ import annotations

from monitor.errors import MonitorError, SettingsInvalid, StoreUnavailable

BUSY = frozenset({429, 502, 503, 504})
"""Statuses that pass: the server is throttling, starting or moving shards."""


def is_passing(error: Exception) -> bool:
    """Whether the same request may go well in a moment."""
    from elasticsearch import ApiError, ConnectionError, SSLError  # noqa: A004  the driver's name

    if isinstance(error, ConnectionError):
        return not isinstance(error, SSLError)
    return isinstance(error, ApiError) and error.meta.status in BUSY and not _is_blocked(error)


def translate(error: Exception, *, name: str) -> MonitorError:
    """The monitor's word for a driver's error; `name` is the server's address without secrets."""
    from elasticsearch import ApiError, ConnectionError, ConnectionTimeout, SSLError, UnsupportedProductError  # noqa: A004

    if isinstance(error, ApiError):
        return _translate_answer(error, name)
    if isinstance(error, SSLError):
        return SettingsInvalid(
            f"store {name}: its certificate cannot be trusted; set store.ca_file to the CA that signed it ({error})"
        )
    if isinstance(error, ConnectionTimeout):
        return StoreUnavailable(f"store {name}: no answer in time; look at the server's load, then run again")
    if isinstance(error, ConnectionError):
        return StoreUnavailable(
            f"store {name}: it does not answer; start Elasticsearch or correct store.url ({_cause(error)})"
        )
    if isinstance(error, UnsupportedProductError):
        return SettingsInvalid(f"store {name}: this is no Elasticsearch; correct store.url")
    return MonitorError(f"store {name}: {error}; this is a mistake of the program, please report it")


def _translate_answer(error: Exception, name: str) -> MonitorError:  # noqa: PLR0911  one line per case reads best
    from elasticsearch import ApiError

    assert isinstance(error, ApiError)
    status, reason = error.meta.status, reason_of(error)
    if _is_blocked(error):
        return _blocked(name, reason)
    if status == 401:
        return SettingsInvalid(
            f"store {name}: it wants a login; set store.user with MONITOR_STORE__PASSWORD, or MONITOR_STORE__API_KEY"
        )
    if status == 403:
        return SettingsInvalid(
            f"store {name}: this login may not do that; give it the privileges that docs/howto/elasticsearch.md lists "
            f"({reason})"
        )
    if status in BUSY:
        return StoreUnavailable(f"store {name}: it is too busy ({status}, {reason}); run again later")
    if status == 413:
        return StoreUnavailable(f"store {name}: a request was larger than it takes; raise http.max_content_length")
    if "index_not_found_exception" in reason or "no such index" in reason:
        return SettingsInvalid(f"store {name}: an index is missing; run `monitor setup` ({reason})")
    if "media_type_header_exception" in reason:
        return SettingsInvalid(f"store {name}: this server is too old; Elasticsearch 9 is needed")
    return MonitorError(f"store {name}: {status} {reason}; this is a mistake of the program, please report it")


def blocked_or_busy(status: int, reason: str, *, name: str) -> MonitorError:
    """For one item of a bulk that the server refused."""
    if "cluster_block_exception" in reason or "read-only" in reason:
        return _blocked(name, reason)
    if status in BUSY:
        return StoreUnavailable(f"store {name}: it is too busy ({status}, {reason}); run again later")
    return MonitorError(f"store {name}: {status} {reason}; this is a mistake of the program, please report it")


def _blocked(name: str, reason: str) -> StoreUnavailable:
    if "flood" in reason or "read-only-allow-delete" in reason:
        return StoreUnavailable(
            f"store {name}: its disk is nearly full, so that it takes no more writes (flood stage); make room on the "
            f"server's disk, it then opens by itself ({reason})"
        )
    return StoreUnavailable(f"store {name}: an index is blocked; lift the block, then run again ({reason})")


def _is_blocked(error: Exception) -> bool:
    return "cluster_block_exception" in reason_of(error) and "state not recovered" not in reason_of(error)


def reason_of(error: Exception) -> str:
    """Type and reason from the answer's body, in one line."""
    body = getattr(error, "body", None)
    found = body.get("error") if isinstance(body, dict) else None
    if isinstance(found, dict):
        return f"{found.get('type', '')}: {found.get('reason', '')}"[:500]
    return str(found or body or error)[:500]


def _cause(error: Exception) -> str:
    text = str(getattr(error, "message", error))
    return text.rsplit(": ", 1)[-1].rstrip(")'\"")[:200]
