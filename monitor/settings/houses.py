"""Tell which house publishes under a name: a family of publishers counts as one voice.

In: a publisher's name, an article's address, the families that the settings name. Out: the house's name.
Publishers of one registered domain are one house; an address without a public suffix tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract


class Houses:
    """`groups` is `house: [publisher or domain, …]`."""

    def __init__(self, groups: Mapping[str, Sequence[str]] | None = None) -> None:
        self._house_of = {name.casefold(): house for house, names in (groups or {}).items() for name in names}

    def house_of(self, publisher: str, url: str = "") -> str:
        """What a person grouped first (by name, then by domain), then the domain, then the name."""
        domain = _domain_of(url)
        named = self._house_of.get(publisher.casefold()) or self._house_of.get(domain)
        return named or domain or publisher


@lru_cache(maxsize=20_000)
def _domain_of(url: str) -> str:
    """The registered domain; empty for files, addresses in numbers and names of one's own network."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return ""
    return str(_suffixes().extract_str(host).top_domain_under_public_suffix) if host else ""


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract  # noqa: PLC0415 - loads an HTTP library that we never use

    return TLDExtract(suffix_list_urls=(), cache_dir=None)  # the packaged list: no network at run time
