"""What the user wrote down: settings, the list of feeds, seed stories; and the environment.

In: config/, seeds/, environment variables. Out: typed, frozen values, checked together.
Never: works at import, opens a connection. This room alone reads the environment and these folders.
"""

from monitor.settings.feeds import read_feeds
from monitor.settings.load import load_settings
from monitor.settings.model import (
    AlertSettings,
    ClusterSettings,
    EmbedSettings,
    ExtractSettings,
    FetchSettings,
    JudgeSettings,
    LlmSettings,
    Recipient,
    RunSettings,
    Settings,
    SmtpSettings,
    StoreSettings,
)
from monitor.settings.seeds import read_seeds, seed_lines

__all__ = [
    "AlertSettings",
    "ClusterSettings",
    "EmbedSettings",
    "ExtractSettings",
    "FetchSettings",
    "JudgeSettings",
    "LlmSettings",
    "Recipient",
    "RunSettings",
    "Settings",
    "SmtpSettings",
    "StoreSettings",
    "load_settings",
    "read_feeds",
    "read_seeds",
    "seed_lines",
]
