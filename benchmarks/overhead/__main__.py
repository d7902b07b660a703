"""`make bench-overhead`: 500 invented articles through all stages.

Own overhead = CPU seconds of the whole run (worker processes included) less those spent inside the two models,
as a share of the whole. The models are asked for a share of their items (`Metered`), the rest is counted. The second
run is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from monitor.bootstrap import open_services
from monitor.models import Pair, Vector, Verdict
from monitor.pipeline import load_seeds
from monitor.pipeline.run import STAGES
from monitor.settings import load_settings, read_seeds
from samples.news import NEWS_PATH, load_news

ARTICLES = 500


class Metered:
    """Counts the CPU seconds inside a model, all threads included, asking it for a share of the items alone.

    The cost of all is that of the share, taken evenly over the items in order of their length; what was not asked for
    gets the answer to its neighbour. So 500 articles are measured in minutes also where the judge would take an hour.
    """

    def __init__(self, inner: Any, *, one_in: int) -> None:
        self.inner, self.one_in = inner, one_in
        self.seconds = 0.0
        self.spent = 0.0
        """CPU seconds really spent: `seconds` is what all items would have taken."""
        self.asked = 0

    @property
    def model(self) -> str:
        return str(self.inner.model)

    @property
    def dim(self) -> int:
        return int(self.inner.dim)

    @property
    def name(self) -> str:
        return str(self.inner.name)

    def encode(self, texts: Sequence[str]) -> Vector:
        chosen, nearest = self._share([len(text) for text in texts])
        vectors = self._timed(self.inner.encode, [texts[i] for i in chosen], of=len(texts))
        return np.asarray(vectors)[nearest]

    def judge(self, pairs: Sequence[Pair]) -> list[Verdict]:
        chosen, nearest = self._share([len(pair.passage) for pair in pairs])
        verdicts = self._timed(self.inner.judge, [pairs[i] for i in chosen], of=len(pairs))
        found = [verdicts[at] for at in nearest]
        return [
            replace(verdict, passage_id=pair.passage_id, position_id=pair.position.id)
            for verdict, pair in zip(found, pairs, strict=True)
        ]

    def _share(self, lengths: list[int]) -> tuple[list[int], list[int]]:
        """Indices to ask for, and for every item which of the answers serves it."""
        order = sorted(range(len(lengths)), key=lengths.__getitem__)
        chosen = order[self.one_in // 2 :: self.one_in] or order[:1]
        nearest = [0] * len(lengths)
        for rank, index in enumerate(order):
            nearest[index] = min(rank // self.one_in, len(chosen) - 1)
        return chosen, nearest

    def _timed(self, call: Any, items: Any, *, of: int) -> Any:
        before = time.process_time()
        try:
            return call(items)
        finally:
            spent = time.process_time() - before
            self.spent += spent
            self.seconds += spent * of / max(len(items), 1)
            self.asked += of


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The folder on a free loopback port, by a process of its own whose CPU time is not counted here."""
    code = (
        "import functools, http.server as h\n"
        "class Q(h.SimpleHTTPRequestHandler):\n    def log_message(self, *a): pass\n"
        f"s = h.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Q, directory={str(folder)!r}))\n"
        "print(s.server_port, flush=True)\ns.serve_forever()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def write_world(folder: Path, base: str, *, articles: int) -> Path:
    """A feed and its pages: the sample news' paragraphs, newly put together into as many articles as asked for."""
    rng = random.Random(5)
    news = load_news(NEWS_PATH)
    bodies = [list(a.body) for p in news.publishers for a in news.articles_of(p, day=10)]
    titles = [a.title for p in news.publishers for a in news.articles_of(p, day=10)]
    items = []
    for number in range(articles):
        picked = rng.sample(bodies, 3)
        paragraphs = [paragraph for body in picked for paragraph in rng.sample(body, min(3, len(body)))]
        text = "".join(f"<p>{p}</p>" for p in paragraphs)
        title = f"{rng.choice(titles)} ({number})"
        page = folder / f"{number}.html"
        page.write_text(
            f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"
        )
        items.append({"id": str(number), "url": f"{base}/{page.name}", "title": title, "content_html": text})
    feed = folder / "feed.json"
    feed.write_text(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "world", "items": items}))
    (folder / "feeds.yaml").write_text(
        yaml.safe_dump({"feeds": [{"url": f"{base}/feed.json", "publisher": "world.example"}]})
    )
    config = folder / "monitor.yaml"
    config.write_text(
        yaml.safe_dump(
            {
                "store": {"url": f"sqlite:{folder / 'w.db'}"},
                "feeds": str(folder / "feeds.yaml"),
                "alerts": str(folder / "alerts.yaml"),
                "seeds": "samples/seeds",
                "fetch": {"allow_private": ["127.0.0.0/8"], "page_pause_seconds": 0, "per_host": 8},
                "run": {"progress": False},
            }
        )
    )
    return config


def cpu_seconds() -> float:
    """User and system time of this process and its ended children."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def peak_mb(pid: str = "self") -> float:
    """Largest resident size so far. Not getrusage: its peak is inherited from the process that started this one."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():  # not Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return int(status.read_text(encoding="utf-8").split("VmHWM:")[1].split()[0]) / 1024


def measure_first_run(config: Path, *, embed_one_in: int, judge_one_in: int) -> dict[str, float]:
    settings = load_settings(config)
    before = cpu_seconds()
    with open_services(settings) as services:
        embedder = Metered(services.embedder(), one_in=embed_one_in)
        judge = Metered(services.judge(), one_in=judge_one_in)
        embedder.inner.encode(["warm up"])  # loading the models is not the stages' work
        loading = cpu_seconds() - before
        metered = replace(services, embedder=lambda: embedder, judge=lambda: judge)
        load_seeds(metered, read_seeds(settings.seeds))
        shares, peaks = {}, {"models": peak_mb()}
        for name, stage in STAGES.items():
            start, models = cpu_seconds(), embedder.spent + judge.spent
            stage(metered)
            shares[name] = cpu_seconds() - start - (embedder.spent + judge.spent - models)
            peaks[name] = peak_mb()
        counts = services.store.counts()
    own = cpu_seconds() - before - loading - embedder.spent - judge.spent
    total = own + embedder.seconds + judge.seconds
    return {
        "articles": counts.articles,
        "passages": counts.passages,
        "pairs": judge.asked,
        "total_cpu_seconds": total,
        "embedding_cpu_seconds": embedder.seconds,
        "judging_cpu_seconds": judge.seconds,
        "own_share": own / total,
        **{f"own_{name}": seconds for name, seconds in shares.items()},
        **{f"peak_{name}": peak for name, peak in peaks.items()},
    }


def measure_second_run(config: Path) -> dict[str, Any]:
    """A run with nothing new, in a process of its own: which heavy modules it loaded, and its CPU seconds."""
    code = (
        "import sys, resource, json, pathlib\n"
        "from monitor.settings import load_settings\nfrom monitor.bootstrap import open_services\n"
        "from monitor.pipeline import run_once\n"
        f"with open_services(load_settings(pathlib.Path({str(config)!r}))) as s: run_once(s)\n"
        "from benchmarks.overhead.__main__ import peak_mb\n"
        "u = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(json.dumps({'cpu_seconds': u.ru_utime + u.ru_stime, 'peak_mb': peak_mb(),"
        " 'loaded': [m for m in ('torch', 'onnxruntime', 'sentence_transformers') if m in sys.modules]}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--embed-one-in", type=int, default=4, help="texts really embedded (1: all)")
    parser.add_argument("--judge-one-in", type=int, default=20, help="pairs really judged (1: all)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as base:
        config = write_world(Path(folder), base, articles=args.articles)
        first = measure_first_run(config, embed_one_in=args.embed_one_in, judge_one_in=args.judge_one_in)
        second = measure_second_run(config)
    print("| measure | value | limit |\n|---|---|---|")
    counted = ", ".join(f"{first[name]:,.0f}" for name in ("articles", "passages", "pairs"))
    print(f"| articles, passages, pairs judged | {counted} | |")
    print(f"| share of CPU time outside the two models | {first['own_share']:.1%} | 10 % |")
    parts = [f"{first[name]:.1f}" for name in ("embedding_cpu_seconds", "judging_cpu_seconds", "total_cpu_seconds")]
    print(f"| CPU seconds: embedding, judging, all | {', '.join(parts)} | |")
    stages = ", ".join(f"{name} {first['own_' + name]:.1f}" for name in STAGES)
    print(f"| own CPU seconds by stage | {stages} | |")
    print(f"| peak memory | {first['peak_alert']:.0f} MB | 1,500 MB |")
    peaks = ", ".join(f"{name} {first['peak_' + name]:.0f}" for name in ("models", *STAGES))
    print(f"| peak so far after each stage, MB | {peaks} | |")
    print(f"| second run: models loaded | {second['loaded'] or 'none'} | none |")
    print(f"| second run: CPU, peak memory | {second['cpu_seconds']:.1f} s, {second['peak_mb']:.0f} MB | |")


if __name__ == "__main__":
    main()
