"""What a worker process runs. Importing this module loads trafilatura: only the worker does."""

from __future__ import annotations

from monitor.extract.article import extract_article
from monitor.extract.base import Extracted, ExtractJob
from monitor.settings.model import ExtractSettings


def run(payload: tuple[ExtractJob, ExtractSettings]) -> Extracted:
    """One job. Raises what its libraries raise: the process border names it."""
    job, settings = payload
    return extract_article(job, settings)
