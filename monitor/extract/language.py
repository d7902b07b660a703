"""Which language a text is in: py3langid on the text, or what feed and page claim where it is too short to tell."""

from __future__ import annotations

from collections.abc import Sequence

ENOUGH_CHARS = 100
"""Under this, identification is a guess: a headline of names alone reads as any language."""
SAMPLE_CHARS = 2_000


def choose_language(text: str, claims: Sequence[str]) -> str:
    """Two-letter code (`en`), or empty when there is neither text nor claim. Claims in order of trust."""
    claimed = next((code for claim in claims if (code := _primary(claim))), "")
    if len(text) < ENOUGH_CHARS and claimed:
        return claimed
    return _identify(text[:SAMPLE_CHARS]) if text.strip() else claimed


def load_identifier() -> None:
    """Load py3langid's model (a second of CPU), so that no article's time limit pays for it."""
    _identify("")


def _primary(claim: str) -> str:
    """`en` of `en-US`; empty for what is no language code."""
    code = claim.strip().replace("_", "-").partition("-")[0].lower()
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() else ""


def _identify(text: str) -> str:
    import py3langid  # noqa: PLC0415 - loads its model

    return str(py3langid.classify(text)[0])
