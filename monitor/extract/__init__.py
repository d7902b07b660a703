"""From a page's bytes to an article's text and passages.

`article.text` is the title, an empty line, and the body: paragraphs of one line each, joined by empty lines. So a
headline, which often carries the verdict, is a passage like any other (index 0, when it has four words or more), and
every passage's offsets are true. Page furniture is taken out of the text itself, so no passage can hold it.

In: ExtractJob. Out: Extracted. Never: fetches, touches the store, raises for one article.
"""

from monitor.extract.base import Extracted, ExtractJob, Extractor
from monitor.settings.model import ExtractSettings

__all__ = ["ExtractJob", "Extracted", "Extractor", "make_extractor"]


def make_extractor(settings: ExtractSettings) -> Extractor:
    """The extractor; its workers start with the first job."""
    from monitor.extract.trafilatura import TrafilaturaExtractor  # noqa: PLC0415 - loaded when asked for

    return TrafilaturaExtractor(settings)
