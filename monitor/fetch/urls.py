"""What two spellings of one address have in common, and whose address it is.

In: URLs as found. Out: one canonical spelling, a registered domain.
Never: asks the network: the public suffix list is the one packaged with tldextract.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit, urlunsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract as _Suffixes

MAX_URL_CHARS = 2_048
AMBIGUOUS = frozenset({"cid", "eid", "uid", "gl", "keyword", "kwd"})
"""Names that courlan takes for trackers, and that some publishers use to name the article: they stay."""
TRACKERS = re.compile(
    r"(at_\w+|cmp(id)?|ns_\w+|ocid|smid|smtyp|sref|taid|tpcc|wt_?mc\w*|ftag|guccounter|guce_\w+|fb_\w+|_ga|_gl"
    r"|mod|partner|s_?cid|icid|ito|ref_?(src|url)|rss|traffic_source|__twitter_impression|amp_\w+)",
    re.IGNORECASE,
)
"""Campaign and share marks of news sites that courlan's list lacks; the whole name must match."""


def canonicalize_url(url: str) -> str:
    """The same string for spellings of one address: order of parameters, trackers, case, fragments.

    Never raises: what cannot be read as a URL comes back stripped. Applying it twice changes nothing more.
    """
    from courlan.clean import normalize_url  # noqa: PLC0415 - loads langcodes and the like
    from w3lib.url import canonicalize_url as w3lib_canonical  # noqa: PLC0415 - only where URLs are compared

    url = url.strip()
    try:
        parts = urlsplit(w3lib_canonical(url))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return url
        bare = normalize_url(urlunsplit((parts.scheme, parts.netloc, parts.path or "/", "", "")))
        query = "&".join(sorted(pair for pair in parts.query.split("&") if not _is_tracker(pair)))
        again = urlsplit(w3lib_canonical(bare))
        return str(urlunsplit((again.scheme, again.netloc.rpartition("@")[2], again.path, query, "")))
    except ValueError:
        return url


def _is_tracker(pair: str) -> bool:
    from courlan.clean import clean_query  # noqa: PLC0415 - see above

    name = pair.partition("=")[0]
    if not name or name.lower() in AMBIGUOUS:
        return not name
    return bool(TRACKERS.fullmatch(name)) or not clean_query(pair, strict=False)


def registered_domain(url: str) -> str:
    """`bbc.co.uk` for `https://feeds.bbc.co.uk/x`; the host itself where there is none (an address, `localhost`)."""
    return _domain_of(_host(url))


@lru_cache(maxsize=20_000)
def _domain_of(host: str) -> str:
    return str(_suffixes().extract_str(host).top_domain_under_public_suffix) or host


@lru_cache(maxsize=1)
def _suffixes() -> _Suffixes:
    from tldextract import TLDExtract  # noqa: PLC0415 - loads an HTTP library that we never use

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def is_local(url: str, allow_private: tuple[str, ...]) -> bool:
    """Whether the address is a file's, or one of our own network that the settings allow: no politeness needed.

    A host name without a public suffix (`localhost`, a container's name) can only be one of our own.
    """
    if url.startswith("file:"):
        return True
    host = _host(url)
    return bool(allow_private and host) and _is_local_host(host, allow_private)


@lru_cache(maxsize=20_000)
def _is_local_host(host: str, allow_private: tuple[str, ...]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return not _suffixes().extract_str(host).suffix
    return any(address in ip_network(network, strict=False) for network in allow_private)


@lru_cache(maxsize=10_000)
def _host(url: str) -> str:
    """In ASCII spelling, so that both spellings of an international name are one."""
    host = (_split(url).hostname or "").rstrip(".").lower()
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")
