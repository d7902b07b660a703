"""Whether a page's `rel=canonical` is to be believed.

In: the claim, the address that the page came from. Out: a URL. Never: asks the network.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urldefrag, urljoin, urlsplit

from tldextract import TLDExtract

MAX_URL_CHARS = 2_048


def choose_canonical_url(claim: str, *, base: str, known: str) -> str:
    """The claim, if it stays on `base`'s registered domain and names a page; else `known`.

    A claim of the site's front page is a template's mistake: it would make one article of all.
    """
    if not claim:
        return known
    try:
        url = urldefrag(urljoin(base, claim)).url
        theirs, ours = urlsplit(url), urlsplit(base)
        same_site = _registered_domain(theirs.hostname) == _registered_domain(ours.hostname)
    except ValueError:
        return known
    points_home = theirs.path in ("", "/") and not theirs.query and ours.path not in ("", "/")
    if theirs.scheme not in ("http", "https") or not same_site or points_home or len(url) > MAX_URL_CHARS:
        return known
    return url


def _registered_domain(host: str | None) -> str:
    if not host:
        return ""
    return _suffixes().extract_str(host).top_domain_under_public_suffix or host


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    return TLDExtract(suffix_list_urls=(), cache_dir=None)  # the packaged list: no network at run time
