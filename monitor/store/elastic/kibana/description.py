"""What there is to see: data views, searches and dashboards, by the fields' own names.

A field that is renamed in `mappings/` and not here is found by a test, since Kibana itself never tells.
"""

from __future__ import annotations

from monitor.store.elastic.kibana.dashboards import Dashboard, Placed, side_by_side
from monitor.store.elastic.kibana.ndjson import SavedObject
from monitor.store.elastic.kibana.panels import Chart, by_time, by_value, count, distinct, of_field, of_time
from monitor.store.elastic.kibana.views import Search, View

ARTICLES = View(kind="articles", name="Articles", time_field="first_seen_at", links=("url",))
PASSAGES = View(kind="passages", name="Passages", time_field="first_seen_at", links=("url",))
FINDINGS = View(kind="findings", name="Findings", time_field="first_seen_at", links=("evidence.url",))
VERDICTS = View(kind="verdicts", name="Verdicts", time_field="first_seen_at")
STORIES = View(kind="stories", name="Stories", time_field="last_article_at")
FEEDS = View(kind="feeds", name="Feeds", time_field="last_polled_at", links=("url",))
ALERTS = View(kind="alerts", name="Alerts", time_field="created_at")
ATTEMPTS = View(kind="attempts", name="Delivery attempts", time_field="tried_at")

VIEWS = (ARTICLES, PASSAGES, FINDINGS, VERDICTS, STORIES, FEEDS, ALERTS, ATTEMPTS)

EVIDENCE = ("relation", "grade", "probability", "position_id", "evidence.publisher", "evidence.passage", "evidence.url")

LATEST_FINDINGS = Search(
    id="latest-findings", title="Latest findings", view=FINDINGS, columns=EVIDENCE, sort=("first_seen_at", "desc")
)
REVERSALS = Search(
    id="reversals",
    title="Reversals",
    view=FINDINGS,
    columns=EVIDENCE,
    sort=("first_seen_at", "desc"),
    query="relation : reverses",
)
LATEST_ARTICLES = Search(
    id="latest-articles",
    title="Latest articles",
    view=ARTICLES,
    columns=("title", "publisher", "story_id", "state", "url"),
    sort=("first_seen_at", "desc"),
)
FEEDS_IN_TROUBLE = Search(
    id="feeds-in-trouble",
    title="Feeds in trouble",
    view=FEEDS,
    columns=("url", "health", "reason", "failures_in_row", "last_ok_at", "next_poll_at"),
    sort=("last_polled_at", "desc"),
    query="not health : ok",
)
SEARCHES = (LATEST_FINDINGS, REVERSALS, LATEST_ARTICLES, FEEDS_IN_TROUBLE)

NEWS_DESK = Dashboard(
    id="news-desk",
    title="News desk",
    description="What is written about which story, by whom, and what it means for the known positions.",
    panels=(
        *side_by_side(
            Chart(
                shape="bars",
                title="Articles per story",
                view=ARTICLES,
                buckets=(by_time("first_seen_at"), by_value("story_id", "Story")),
                query="story_id : *",
            ),
            Chart(
                shape="bars",
                title="Articles per publisher",
                view=ARTICLES,
                buckets=(by_time("first_seen_at"), by_value("publisher", "Publisher")),
            ),
            y=0,
            height=14,
        ),
        *side_by_side(
            Chart(
                shape="table",
                title="Top movers: stories with most articles in this time",
                view=ARTICLES,
                buckets=(by_value("story_id", "Story", size=15),),
                metrics=(
                    count("Articles"),
                    distinct("publisher", "Publishers"),
                    of_time("max", "first_seen_at", "Latest"),
                ),
                query="story_id : *",
            ),
            Chart(
                shape="table",
                title="Largest stories",
                view=STORIES,
                buckets=(by_value("title.keyword", "Story", size=15),),
                metrics=(
                    of_field("max", "article_count", "Articles"),
                    of_field("max", "publisher_count", "Independent publishers"),
                    of_time("max", "last_article_at", "Latest"),
                ),
            ),
            y=14,
            height=14,
        ),
        *side_by_side(LATEST_FINDINGS, y=28, height=18),
        *side_by_side(LATEST_ARTICLES, y=46, height=18),
    ),
)

POSITIONS = Dashboard(
    id="positions",
    title="Positions",
    description="Support and contradiction of the known positions, and who breaks with them.",
    since="now-30d",
    panels=(
        Placed(
            panel=Chart(shape="number", title="Reversals", view=FINDINGS, query="relation : reverses"),
            x=0,
            y=0,
            width=12,
            height=8,
        ),
        Placed(
            panel=Chart(shape="number", title="Contradicting findings", view=FINDINGS, query="verdict : contradicts"),
            x=12,
            y=0,
            width=12,
            height=8,
        ),
        Placed(
            panel=Chart(
                shape="table",
                title="Positions",
                view=VERDICTS,
                buckets=(by_value("position_id", "Position", size=20), by_value("label", "Verdict", size=2)),
                metrics=(count("Passages"), distinct("publisher", "Publishers")),
            ),
            x=24,
            y=0,
            width=24,
            height=22,
        ),
        Placed(
            panel=Chart(
                shape="bars",
                title="Support and contradiction per day",
                view=VERDICTS,
                buckets=(by_time("first_seen_at"), by_value("label", "Verdict", size=2)),
            ),
            x=0,
            y=8,
            width=24,
            height=14,
        ),
        *side_by_side(
            Chart(
                shape="bars",
                title="Findings by relation",
                view=FINDINGS,
                buckets=(by_time("first_seen_at"), by_value("relation", "Relation", size=6)),
            ),
            Chart(
                shape="bars",
                title="Contradiction per position",
                view=VERDICTS,
                buckets=(by_time("first_seen_at"), by_value("position_id", "Position")),
                query="label : contradicts",
            ),
            y=22,
            height=14,
        ),
        *side_by_side(REVERSALS, y=36, height=18),
    ),
)

PIPELINE_HEALTH = Dashboard(
    id="pipeline-health",
    title="Pipeline health",
    description="Whether silence means that there is no news.",
    panels=(
        *side_by_side(
            Chart(shape="pie", title="Feeds by state", view=FEEDS, buckets=(by_value("health", "Health"),)),
            Chart(
                shape="table",
                title="Backlog: articles by the last stage done, and since when the oldest waits",
                view=ARTICLES,
                buckets=(by_value("state", "State"),),
                metrics=(count("Articles"), of_time("min", "first_seen_at", "Oldest")),
            ),
            Chart(shape="pie", title="Alerts by state", view=ALERTS, buckets=(by_value("state", "State"),)),
            y=0,
            height=14,
        ),
        *side_by_side(
            Chart(
                shape="lines",
                title="Articles by the last stage done: what arrived when, and how far it is",
                view=ARTICLES,
                buckets=(by_time("first_seen_at"), by_value("state", "State")),
            ),
            Chart(
                shape="bars",
                title="Attempts to deliver",
                view=ATTEMPTS,
                buckets=(by_time("tried_at"), by_value("ok", "Accepted", size=2, data_type="boolean")),
            ),
            y=14,
            height=14,
        ),
        *side_by_side(
            Chart(
                shape="table",
                title="Feeds that fail most",
                view=FEEDS,
                buckets=(by_value("url", "Feed", size=20),),
                metrics=(
                    of_field("max", "failures_in_row", "Failures in a row"),
                    of_time("max", "last_ok_at", "Last good poll"),
                ),
            ),
            FEEDS_IN_TROUBLE,
            y=28,
            height=16,
        ),
    ),
)
DASHBOARDS = (NEWS_DESK, POSITIONS, PIPELINE_HEALTH)


def describe(prefix: str) -> list[SavedObject]:
    """All saved objects over the indices of this prefix; what others refer to comes first."""
    return [each.build(prefix) for each in (*VIEWS, *SEARCHES, *DASHBOARDS)]
