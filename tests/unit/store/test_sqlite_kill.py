"""A writer that is killed in the middle of its work leaves whole calls only."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.models import AlertState
from monitor.store.base import ArticleFilter
from monitor.store.sqlite.store import SqliteStore

WRITER = """
import sys
from pathlib import Path
from monitor.models import ArticleState
from monitor.store.sqlite.store import SqliteStore
from tests.builders import alert, article, delivered, feed_state, finding, passage, verdict

store = SqliteStore.in_file(Path(sys.argv[1]))
store.prepare()
for batch in range(100_000):
    numbers = range(batch * 10, batch * 10 + 10)
    items = [delivered(n, text="word " * 200, state=ArticleState.CLUSTERED, story_id=f"{batch}") for n in numbers]
    store.record_poll(feed_state(), items)
    store.record_verdicts(
        done=[item.article.id for item in items],
        verdicts=[verdict(f"passage-{n}", str(batch)) for n in numbers],
        findings=[finding(n, story_id=str(batch)) for n in numbers],
        alerts=[alert(n, finding_id=str(batch)) for n in numbers],
    )
    print(batch, flush=True)
"""


@pytest.mark.parametrize("after", [3, 11, 29])
def test_a_killed_writer_leaves_whole_calls_only(tmp_path: Path, after: int) -> None:
    file = tmp_path / "monitor.db"
    last = _write_until_killed(file, after=after)
    store = SqliteStore.in_file(file)
    with store._database.read() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        connection.execute("INSERT INTO articles_words (articles_words) VALUES ('integrity-check')")
    sizes = {len(store.articles_of_story(str(batch), limit=99)) for batch in range(last + 2)}
    assert sizes <= {0, 10}
    for batch in range(last + 2):
        judged = len(store.findings(story_id=str(batch)))
        assert judged == len(store.verdicts_on(str(batch), limit=99))
        assert judged == sum(
            each.finding_id == str(batch) for each in store.alerts(state=AlertState.WAITING, limit=9_999)
        )
        assert judged == (10 if batch <= last else judged)
    assert len(store.articles(ArticleFilter(), limit=99_999)) >= (last + 1) * 10
    assert store.prepare() == []
    store.close()


def _write_until_killed(file: Path, *, after: int) -> int:
    """The last batch that the writer reported as written."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) >= after:
            break
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().split()
    writer.wait()
    writer.stdout.close()
    return int(rest[-1]) if rest else after
