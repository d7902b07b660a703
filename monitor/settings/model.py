"""The settings' shape: one typed class per room, with the default of every field.

`config/monitor.yaml` holds the same fields with comments for people. Secrets come from the environment alone
(`MONITOR_ALERT__SMTP__PASSWORD`), never from a file that is under version control.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

Seconds = Annotated[float, Field(ge=0, le=31_536_000)]
Share = Annotated[float, Field(ge=0, le=1)]


class Room(BaseModel):
    """Base of every settings class: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StoreSettings(Room):
    url: str = "sqlite:var/monitor.db"
    """`sqlite:PATH`, `sqlite::memory:`, or `http(s)://HOST:PORT` of Elasticsearch."""
    user: str = ""
    password: SecretStr | None = None
    api_key: SecretStr | None = None
    ca_file: Path | None = None
    index_prefix: str = "monitor"
    keep_days: int = Field(default=400, ge=1, le=36_500)
    """`monitor maintain` deletes articles older than this that no finding cites."""

    @field_validator("url")
    @classmethod
    def _known_kind(cls, url: str) -> str:
        if not url.startswith(("sqlite:", "http://", "https://")):
            raise ValueError("must begin with sqlite:, http:// or https://")
        return url


class FetchSettings(Room):
    user_agent: str = "NewsMonitor/0.1 (+https://github.com/news-monitor/news-monitor)"
    allow_private: tuple[str, ...] = ()
    """Networks (CIDR) that may be dialled although they are private, such as 127.0.0.0/8 for a local feed."""
    allow_ports: tuple[int, ...] = (80, 443)
    """Ports that may be dialled; any port of an allow-listed private network may be."""
    connections: int = Field(default=50, ge=1, le=500)
    per_host: int = Field(default=2, ge=1, le=50)
    page_pause_seconds: Seconds = 1.0
    """Between two page requests to one registered domain (not for allow-listed private addresses)."""
    feed_max_bytes: int = Field(default=10_000_000, ge=1_000)
    page_max_bytes: int = Field(default=5_000_000, ge=1_000)
    total_seconds: Seconds = 30
    connect_seconds: Seconds = 5
    idle_seconds: Seconds = 10
    max_redirects: int = Field(default=5, ge=0, le=20)
    max_entries: int = Field(default=2_000, ge=1)
    parse_seconds: Seconds = 5
    parse_memory_mb: int = Field(default=1_024, ge=128)
    workers: int = Field(default=2, ge=1, le=32)
    min_interval_seconds: Seconds = 900
    """Floor between two polls of one feed (a feed that asks for more time gets it)."""
    max_interval_seconds: Seconds = 86_400
    pages: Literal["always", "when-needed", "never"] = "always"
    """Whether an item's page is fetched; `when-needed`: only when the feed carries less than 600 characters."""


class ExtractSettings(Room):
    page_seconds: Seconds = 10
    memory_mb: int = Field(default=1_024, ge=128)
    workers: int = Field(default=1, ge=1, le=32)
    min_text_chars: int = Field(default=80, ge=0)
    """A page that gives less text than this has failed, and the feed's own content serves."""
    max_text_chars: int = Field(default=200_000, ge=1_000)
    max_passages: int = Field(default=400, ge=1)
    passage_sentences: int = Field(default=2, ge=1, le=3)
    boilerplate: tuple[str, ...] = ()
    """Further lines (whole, any case) that are page furniture at one of your publishers."""


class EmbedSettings(Room):
    model: str = "all-MiniLM-L6-v2"
    """The packaged default, any sentence-transformers model of the hub, or a folder."""
    revision: str = ""
    batch_size: int = Field(default=16, ge=1, le=1_024)
    max_tokens: int = Field(default=256, ge=16, le=8_192)
    device: str = "cpu"
    threads: int = Field(default=0, ge=0)
    """CPU threads; 0: as many as the machine has."""


class ClusterSettings(Room):
    live_days: float = Field(default=7, gt=0, le=365)
    """A story that had no article for so long takes no more (seed stories always do)."""
    merge_threshold: Share = 0.5
    """Probability of belonging together above which an article joins a story."""
    seed_threshold: Share = 0.5
    copy_threshold: Share = 0.141
    """Jaccard similarity of word 3-shingles above which two articles are copies."""
    publisher_groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Publishers of one house count as one: `group: [domain or name, …]`; those of one domain always do."""


class LlmSettings(Room):
    """An OpenAI-compatible endpoint as judge; off unless `judge.kind` is `llm`."""

    url: str = "http://127.0.0.1:11434/v1"
    model: str = ""
    api_key: SecretStr | None = None
    timeout_seconds: Seconds = 60
    max_calls_per_day: int = Field(default=500, ge=0)


class JudgeSettings(Room):
    kind: Literal["auto", "onnx", "cross-encoder", "lexical", "llm"] = "auto"
    """`auto`: the packaged ONNX model, or (saying so) the lexical judge where it is missing."""
    model: str = ""
    """Folder or hub name for `onnx` and `cross-encoder`; empty: the packaged one."""
    revision: str = ""
    batch_size: int = Field(default=8, ge=1, le=512)
    max_tokens: int = Field(default=128, ge=32, le=512)
    threads: int = Field(default=0, ge=0)
    candidate_similarity: float = Field(default=0.30, ge=-1, le=1)
    """A passage nearer than this to a position's statement or topic is judged against it."""
    candidate_margin_elsewhere: float = Field(default=0.15, ge=0, le=2)
    """So much nearer it must be where the article was not put into the position's story: on real pages all findings of
    such articles were wrong, and 11 of 13 lay below .45."""
    candidates_per_passage: int = Field(default=4, ge=1, le=50)
    likely_matches: Share | None = None
    likely_contradicts: Share | None = None
    possible_matches: Share | None = None
    possible_contradicts: Share | None = None
    """Thresholds of the grades; empty: those fitted on the packaged model."""
    llm: LlmSettings = LlmSettings()


class SmtpSettings(Room):
    host: str = ""
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "ssl", "none"] = "starttls"
    user: str = ""
    password: SecretStr | None = None
    timeout_seconds: Seconds = 30
    ca_file: Path | None = None


class Recipient(Room):
    """Who is told what. `address` is a mail address, a folder's name or an Apprise URL, as the channel needs."""

    name: str
    channel: Literal["smtp", "directory", "apprise"]
    address: SecretStr
    grades: tuple[Literal["likely", "possible"], ...] = ("likely",)
    verdicts: tuple[Literal["matches", "contradicts"], ...] = ("matches", "contradicts")
    stories: tuple[str, ...] = ()
    """Empty: all stories."""
    digest: bool = True
    max_mails_per_hour: int = Field(default=12, ge=1, le=10_000)


class AlertSettings(Room):
    sender: str = "News Monitor <news-monitor@localhost>"
    message_domain: str = "news-monitor.invalid"
    """Right-hand side of Message-IDs; use a domain of yours."""
    directory: Path = Path("var/mail")
    smtp: SmtpSettings = SmtpSettings()
    operator: str = ""
    """Address for mails about the monitor itself."""
    group_seconds: Seconds = 0
    """Alerts wait this long for company before they are mailed together."""
    max_alerts_per_mail: int = Field(default=20, ge=1, le=500)
    lease_seconds: Seconds = 120
    max_attempts: int = Field(default=12, ge=1, le=1_000)
    retry_seconds: Seconds = 60
    """Pause after the first failure; doubled with each further one, up to six hours."""
    digest_hour: int = Field(default=7, ge=0, le=23)
    kibana_url: str = ""
    """Mails and reports link there where the store is Elasticsearch."""
    kibana_prefix: str = ""
    """Of the indices that the links show; empty: `store.index_prefix`."""
    max_article_age_days: float = Field(default=30, gt=0)
    """News whose claimed date is older than this raises findings, but no mail."""
    recipients: tuple[Recipient, ...] = ()


class RunSettings(Room):
    watch_pause_seconds: Seconds = 60
    """Longest pause of `monitor run --watch` between two rounds; shorter when feeds are due or work is left."""
    batch: int = Field(default=200, ge=1, le=10_000)
    """Items that a stage takes from the store at a time."""
    progress: bool = True


class Settings(Room):
    """All settings, checked together."""

    store: StoreSettings = StoreSettings()
    fetch: FetchSettings = FetchSettings()
    extract: ExtractSettings = ExtractSettings()
    embed: EmbedSettings = EmbedSettings()
    cluster: ClusterSettings = ClusterSettings()
    judge: JudgeSettings = JudgeSettings()
    alert: AlertSettings = AlertSettings()
    run: RunSettings = RunSettings()
    seeds: Path = Path("seeds")
    feeds: Path = Path("config/feeds.yaml")
    alerts: Path = Path("config/alerts.yaml")
    """A file with the `alert:` section's fields, kept apart since other people edit it; may be missing."""
