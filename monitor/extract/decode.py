"""Bytes of a page to text, whatever its server claims.

Order: byte order mark; UTF-8 if the bytes are valid and not plain ASCII (text of another charset is almost never
valid UTF-8 by chance, while headers are often wrong); the header's charset; the page's own declaration; a guess.
Labels mean what browsers take them for (`iso-8859-1` is windows-1252), by way of w3lib.
"""

from __future__ import annotations

import re

from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

_GUESS_BYTES = 65_536
"""As much as the guesser sees: it takes seconds over megabytes."""
_ESCAPED = ("iso2022", "iso-2022", "hz")
"""Charsets whose text looks like ASCII until its escapes are read."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def decode_page(body: bytes, charset: str) -> str:
    """The page's text. Never fails: what cannot be read becomes U+FFFD, or goes if it is a control character."""
    name, mark = read_bom(body)
    if name:
        return clean_characters(body[len(mark) :].decode(name, "replace"))
    named = [name for name in (_known(charset), html_body_declared_encoding(body[:4_096])) if name]
    candidates = named if _needs_label(body, named) else ["utf-8", *named]
    for name in candidates:
        text = _try_decode(body, name)
        if text is not None:
            return clean_characters(text)
    return clean_characters(body.decode(named[0] if named else _guess(body), "replace"))


def clean_characters(text: str) -> str:
    """Without control characters and lone surrogates, which XML, JSON and the sentence splitter refuse."""
    return _CONTROL.sub("", text)


def _known(label: str) -> str | None:
    return resolve_encoding(label.strip()) if label.strip() else None


def _needs_label(body: bytes, named: list[str]) -> bool:
    """True when being valid UTF-8 proves nothing: UTF-16 and the escaped charsets."""
    return bool(named) and (named[0].startswith(("utf-16", "utf-32", *_ESCAPED)) or body.isascii())


def _try_decode(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _guess(body: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow to load, seldom needed

    best = from_bytes(body[:_GUESS_BYTES]).best()
    return best.encoding if best else "utf-8"
