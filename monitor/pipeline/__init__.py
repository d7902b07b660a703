"""The plot: feeds → entries → articles → vectors → stories → verdicts → findings → alerts → mails.

One module per stage, and the only place where stages meet the store. Each stage asks the store what is pending,
works in batches, and can be run again at any time, by hand, by Airflow or by two workers at once.
Per item: `Retryable` → left for the next run; `Unusable` → set aside with its reason; anything else fails loudly.
"""

from monitor.pipeline.alert import send_alerts
from monitor.pipeline.cluster import cluster_articles
from monitor.pipeline.embed import embed_articles
from monitor.pipeline.extract import extract_articles
from monitor.pipeline.fetch import fetch_feeds
from monitor.pipeline.judge import judge_articles
from monitor.pipeline.ports import Services
from monitor.pipeline.run import STAGES, run_once, run_watching
from monitor.pipeline.seeds import load_seeds

__all__ = [
    "STAGES",
    "Services",
    "cluster_articles",
    "embed_articles",
    "extract_articles",
    "fetch_feeds",
    "judge_articles",
    "load_seeds",
    "run_once",
    "run_watching",
    "send_alerts",
]
