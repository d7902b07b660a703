"""From texts to unit vectors.

In: texts. Out: `(n, dim)` float32, each row of unit length. Never: touches the store, cuts texts.
"""

from monitor.embed.base import Embedder
from monitor.settings.model import EmbedSettings

__all__ = ["Embedder", "make_embedder"]


def make_embedder(settings: EmbedSettings) -> Embedder:
    """The embedder named in the settings; no model is loaded before the first text.

    Raises `SettingsInvalid` when the model is found neither in the package nor on disk.
    """
    match settings.model:
        case "hashing":
            from monitor.embed.hashing import HashingEmbedder  # noqa: PLC0415 - loaded when asked for

            return HashingEmbedder()
        case _:
            from monitor.embed.sentence_transformers import (  # noqa: PLC0415 - likewise
                SentenceTransformersEmbedder,
            )

            return SentenceTransformersEmbedder(settings)
