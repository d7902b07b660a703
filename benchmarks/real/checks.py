"""What must hold of the run, and what it found: each check prints its part and gives back what broke.

In: services after a run. Out: lines on standard output, and broken promises as sentences (empty: all is well).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from benchmarks.real.truth import BELONGS, MATCHES, REVERSED_BY_THE_THIRD, is_right
from monitor.judge.speaker import find_speaker
from monitor.models import Article, ArticleState, Evidence, Finding, Pair, Passage, VerdictLabel
from monitor.pipeline import Services
from monitor.store.base import ArticleFilter

STORY = "ukraine-policy"
FURNITURE = (
    "connect with us",
    "hi, what are you looking for",
    "originally published at",
    "learn more about syndication",
    "trending:",
    "most popular",
    "you may also like",
    "must-see christmas message",
    "found guilty in corruption trial",
    "emailed hunter",
    "breaks college record",
    "via abc news",
)
"""Words of the second text's page furniture, lower case."""
QUOTED = {
    "daily conversations": "Kirby",
    "telegraph": "Kirby",
    "NATO will be in Ukraine": "Kirby",
    "virtue of being true": "Beebe",
    "stark disadvantage": "Beebe",
    "defensive posture would": "Pfaff",
}
"""Words of the second text's quotations, and who said them."""


def number_of(article: Article) -> int:
    """1 to 3 for the texts, 0 for a page."""
    return int(article.url.rsplit("/", 1)[-1]) + 1 if "/seed/" in article.url else 0


def all_articles(services: Services) -> list[Article]:
    return services.store.articles(ArticleFilter(), limit=10_000)


def check_items(services: Services, served: int) -> list[str]:
    """Every item ends judged, or set aside with a reason."""
    articles = all_articles(services)
    states = Counter(article.state for article in articles)
    print(f"\n{served} items served, {len(articles)} stored: " + ", ".join(f"{n} {s.value}" for s, n in states.items()))
    for article in articles:
        if article.reason:
            print(f"- {article.state.value}: {_name(article)}: {article.reason}")
    broken = [] if len(articles) == served else [f"{served - len(articles)} of {served} items are not in the store"]
    for article in articles:
        if article.state is ArticleState.SET_ASIDE and not article.reason:
            broken.append(f"{_name(article)} was set aside without a reason")
        if article.state not in {ArticleState.SET_ASIDE, ArticleState.JUDGED}:
            broken.append(f"{_name(article)} stays {article.state.value}")
    return broken


def check_story(services: Services) -> list[str]:
    """The three texts and nothing else in the seed story."""
    inside = [article for article in all_articles(services) if article.story_id == STORY]
    pages = [article for article in inside if not number_of(article)]
    print(f"\nIn the seed story: {len(inside) - len(pages)} of 3 texts, {len(pages)} of the pages")
    broken = [] if len(inside) - len(pages) == 3 else [f"only {len(inside) - len(pages)} texts are in the seed story"]
    for page in pages:
        print(f"- {_name(page)}: {page.text[:90]!r}")
        if _name(page)[:8] not in BELONGS:
            broken.append(f"{_name(page)} is in the seed story and does not belong")
    return broken


def check_passages(services: Services) -> list[str]:
    """No furniture in the texts' passages; each quotation has its speaker."""
    passages = list(_passages_of_texts(services))
    dirty = [p.text for _, p in passages if any(words in p.text.lower() for words in FURNITURE)]
    print(f"\n{len(passages)} passages in the three texts, {len(dirty)} with page furniture")
    broken = [f"page furniture in a passage: {text[:80]!r}" for text in dirty]
    position = services.store.positions()[0]
    for words, name in QUOTED.items():
        told = [
            find_speaker(Pair(passage_id=p.id, passage=p.text, context=p.context, position=position)).speaker.name
            for number, p in passages
            if number == 2 and words in p.text
        ]
        print(f"- “… {words} …”: {', '.join(told) or 'no such passage'} (said by {name})")
        if not told or any(name not in one for one in told):
            broken.append(f"“… {words} …” is attributed to {told}, not to {name}")
    return broken


def tell_positions(services: Services) -> None:
    """Recall of each position in its own text, the third text's reversals, and every wrong finding."""
    found = list(_evidence(services))
    right = {(f.position_id, f.verdict, n): p for f, p, n in found if n and is_right(f.position_id, f.verdict, n)}
    print("\n| position | own text | found again as a match | contradicted in |\n|---|---|---|---|")
    for position_id, texts in MATCHES.items():
        matched = [_tell(right[key]) for n in sorted(texts) if (key := (position_id, VerdictLabel.MATCHES, n)) in right]
        against = [
            f"{n}: {_tell(right[key])}"
            for n in (1, 2, 3)
            if (key := (position_id, VerdictLabel.CONTRADICTS, n)) in right
        ]
        own = ", ".join(map(str, sorted(texts)))
        print(f"| {position_id} | {own} | {matched[0] if matched else '–'} | {'; '.join(against)} |")
    again = {position for position, verdict, _ in right if verdict is VerdictLabel.MATCHES}
    reversed_ = [p for p in REVERSED_BY_THE_THIRD if (p, VerdictLabel.CONTRADICTS, 3) in right]
    print(f"\nFound again in their own texts: {len(again)} of {len(MATCHES)} positions.")
    print(f"Reversed by the third text: {len(reversed_)} of {len(REVERSED_BY_THE_THIRD)} found.")
    _tell_wrong(found)


def _tell_wrong(found: list[tuple[Finding, Evidence, int]]) -> None:
    wrong = [(f, p, n) for f, p, n in found if not n or is_right(f.position_id, f.verdict, n) is False]
    likely = sum(f.grade.value == "likely" for f, *_ in wrong)
    on_pages = sum(not n for *_, n in wrong)
    print(
        f"\nPieces of evidence: {len(found)}, wrong: {len(wrong)} ({likely} in `likely` findings, {on_pages} on pages):"
    )
    for finding, piece, number in wrong:
        where = f"text {number}" if number else "page"
        print(f"- {finding.position_id} {finding.verdict.value} ({finding.grade.value}), {where}: {_tell(piece)}")


def _evidence(services: Services) -> Iterator[tuple[Finding, Evidence, int]]:
    """(finding, piece of evidence, number of its text or 0)."""
    numbers = {article.id: number_of(article) for article in all_articles(services)}
    for position in services.store.positions():
        for finding in services.store.findings(position_id=position.id):
            for piece in finding.evidence:
                yield finding, piece, numbers.get(piece.article_id, 0)


def _passages_of_texts(services: Services) -> Iterator[tuple[int, Passage]]:
    numbers = {article.id: number for article in all_articles(services) if (number := number_of(article))}
    for article_id, passages in services.store.passages_of(list(numbers)).items():
        for passage in passages:
            yield numbers[article_id], passage


def _tell(piece: Evidence) -> str:
    words = " ".join(piece.passage.split())[:70].replace("|", "¦")
    return f"{piece.probability:.2f} {piece.speaker or 'narrator'}: “{words}…”"


def _name(article: Article) -> str:
    return article.url.rsplit("/", 1)[-1][:16]
