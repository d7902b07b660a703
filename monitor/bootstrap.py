"""The fuse box: settings → services. The only place that knows every technology.

In: settings. Out: `Services`, whose heavy parts (models, workers, connections) are built at first use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache

from monitor.alert import make_channel
from monitor.alert.base import Channel
from monitor.alert.compose import check_recipients
from monitor.cluster import make_clusterer
from monitor.embed import make_embedder
from monitor.extract import make_extractor
from monitor.extract.base import Extractor
from monitor.fetch import make_fetcher
from monitor.fetch.base import Fetcher
from monitor.judge import make_judge
from monitor.pipeline.ports import Progress, Services, no_progress
from monitor.settings import Recipient, Settings, read_feeds
from monitor.store import make_store


def utc_now() -> datetime:
    """The system's clock, in UTC."""
    return datetime.now(UTC)


@contextmanager
def open_services(
    settings: Settings, *, progress: Progress = no_progress, clock: Callable[[], datetime] = utc_now
) -> Iterator[Services]:
    """Services on a prepared store; workers and connections end with the block."""
    check_recipients(settings.alert)
    settings = _with_kibana_links(settings)
    with ExitStack() as stack:
        store = make_store(settings.store)
        stack.callback(store.close)
        store.prepare()
        yield Services(
            settings=settings,
            store=store,
            clock=clock,
            feeds=cache(lambda: tuple(read_feeds(settings.feeds))),
            fetcher=cache(lambda: _closing_fetcher(stack, settings)),
            extractor=cache(lambda: _closing_extractor(stack, settings)),
            embedder=cache(lambda: make_embedder(settings.embed)),
            clusterer=lambda: make_clusterer(settings.cluster),
            judge=cache(lambda: make_judge(settings.judge)),
            channel=_channels(settings),
            progress=progress,
        )


def _with_kibana_links(settings: Settings) -> Settings:
    """Links into Kibana show the store's own indices; what lies in a file, Kibana does not see."""
    store, alert = settings.store, settings.alert
    is_elastic = store.url.startswith(("http:", "https:"))
    links = {
        "kibana_url": alert.kibana_url if is_elastic else "",
        "kibana_prefix": alert.kibana_prefix or store.index_prefix,
    }
    return settings.model_copy(update={"alert": alert.model_copy(update=links)})


def _closing_fetcher(stack: ExitStack, settings: Settings) -> Fetcher:
    # a feed from the network cannot name a file: such links are dropped when it is parsed
    fetcher = make_fetcher(settings.fetch, allow_file_pages=True)
    stack.callback(fetcher.close)
    return fetcher


def _closing_extractor(stack: ExitStack, settings: Settings) -> Extractor:
    extractor = make_extractor(settings.extract)
    stack.callback(extractor.close)
    return extractor


def _channels(settings: Settings) -> Callable[[Recipient], Channel]:
    made: dict[str, Channel] = {}

    def channel(recipient: Recipient) -> Channel:
        if recipient.name not in made:
            made[recipient.name] = make_channel(settings.alert, recipient)
        return made[recipient.name]

    return channel
