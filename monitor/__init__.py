"""News Monitor: tell me, once and with the evidence, when new reporting moves off the line I wrote down."""

__version__ = "0.1.0"
