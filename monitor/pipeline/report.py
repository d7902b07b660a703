"""Gather what the HTML report shows."""

from __future__ import annotations

from monitor.alert import ReportData, StoryWithArticles
from monitor.pipeline.overview import overview
from monitor.pipeline.ports import Services

MOST_STORIES = 60
MOST_ARTICLES = 200
"""Per story; the page says how many more there are."""
