from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alert.findings import CONFIRMING_PROBABILITY, merge_verdicts
from monitor.models import Finding, Grade, Relation, Review, SpeakerKind, VerdictLabel
from tests.unit.alert.sample import NOW, article, denial, grown, judged, one_finding, reported


def by_id(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.id: finding for finding in findings}


def test_verdicts_on_one_position_story_and_relation_make_one_finding() -> None:
    items = [judged(article(1)), judged(article(2, publisher="paper-y.example", minutes=5))]
    (finding,) = merge_verdicts({}, items, now=NOW)
    assert [piece.article_id for piece in finding.evidence] == ["article-1", "article-2"]
    assert finding.publishers == 2
    assert finding.state == "on record|several"


def test_the_holder_and_the_successor_make_two_findings() -> None:
    own = judged(article(2), kind=SpeakerKind.HOLDER, by_successor=False)
    assert len(merge_verdicts({}, [judged(article(1)), own], now=NOW)) == 2


def test_a_neutral_verdict_is_no_finding() -> None:
    assert merge_verdicts({}, [judged(label=VerdictLabel.NEUTRAL)], now=NOW) == []


def test_evidence_stands_earliest_first_whatever_the_order_of_judging() -> None:
    late, early = judged(article(1, minutes=90)), judged(article(2, minutes=-90))
    (finding,) = merge_verdicts({}, [late, early], now=NOW)
    assert [piece.article_id for piece in finding.evidence] == ["article-2", "article-1"]
    assert finding.first_seen_at == early.article.first_seen_at


def test_merging_the_same_verdicts_again_changes_nothing() -> None:
    items = [judged(), denial(), reported(article(3, minutes=-60))]
    first = by_id(merge_verdicts({}, items, now=NOW))
    assert merge_verdicts(first, items, now=NOW + timedelta(hours=1)) == []


def test_a_passage_judged_again_replaces_its_evidence() -> None:
    before = one_finding(judged(probability=0.7))
    (after,) = merge_verdicts({before.id: before}, [judged(probability=0.9)], now=NOW)
    assert [piece.probability for piece in after.evidence] == [0.9]


def test_the_probability_is_that_of_the_best_evidence() -> None:
    items = [judged(article(1), probability=0.8), judged(article(2), probability=0.91)]
    (finding,) = merge_verdicts({}, items, now=NOW)
    assert finding.probability == pytest.approx(0.91)


def test_a_copy_is_kept_as_evidence_and_not_counted() -> None:
    copy = article(2, publisher="paper-y.example", copy_of="article-1", minutes=5)
    (finding,) = merge_verdicts({}, [judged(copies=1), judged(copy)], now=NOW)
    assert [piece.is_copy for piece in finding.evidence] == [False, True]
    assert finding.publishers == 1
    assert finding.state == "on record|one"


def test_copies_alone_count_as_one_publisher() -> None:
    items = [judged(article(n, publisher=f"p{n}.example", copy_of="elsewhere")) for n in (1, 2)]
    (finding,) = merge_verdicts({}, items, now=NOW)
    assert finding.publishers == 1


def test_publishers_of_one_house_count_as_one() -> None:
    items = [judged(article(1, publisher="a.example")), judged(article(2, publisher="b.example"))]
    (finding,) = merge_verdicts({}, items, now=NOW, publisher_groups={"house": ["a.example", "b.example"]})
    assert finding.publishers == 1


def possible(number: int, publisher: str, probability: float) -> Finding:
    items = [
        judged(article(1), grade=Grade.POSSIBLE, probability=0.92),
        judged(article(number, publisher=publisher), grade=Grade.POSSIBLE, probability=probability),
    ]
    (finding,) = merge_verdicts({}, items, now=NOW)
    return finding


def test_a_second_independent_publisher_raises_possible_to_likely() -> None:
    assert possible(2, "paper-y.example", CONFIRMING_PROBABILITY).grade is Grade.LIKELY


def test_the_same_publisher_again_does_not_raise_the_grade() -> None:
    assert possible(2, "agency-x.example", 0.92).grade is Grade.POSSIBLE


def test_a_doubtful_second_publisher_does_not_raise_the_grade() -> None:
    assert possible(2, "paper-y.example", CONFIRMING_PROBABILITY - 0.01).grade is Grade.POSSIBLE


def test_a_likely_finding_stays_likely_when_a_weaker_passage_follows() -> None:
    before = one_finding()
    (after,) = merge_verdicts({before.id: before}, [judged(article(2), grade=Grade.POSSIBLE)], now=NOW)
    assert after.grade is Grade.LIKELY


def test_the_analysts_word_stays_when_evidence_is_added() -> None:
    before = grown(one_finding(), review=Review.CONFIRMED)
    (after,) = merge_verdicts({before.id: before}, [judged(article(2))], now=NOW)
    assert after.review is Review.CONFIRMED


def test_a_report_by_anonymous_sources_is_not_on_the_record() -> None:
    assert one_finding(reported()).state == "anonymous|one"


def test_the_holder_denies_an_anonymous_report() -> None:
    before = one_finding(reported())
    after = by_id(merge_verdicts({before.id: before}, [denial()], now=NOW))
    assert after[before.id].state == "anonymous|one|denied"
    assert {finding.relation for finding in after.values()} == {Relation.REPORTED, Relation.REAFFIRMS}


def test_report_and_denial_judged_together_end_as_denied() -> None:
    after = merge_verdicts({}, [denial(), reported()], now=NOW)
    assert {finding.relation: finding.state for finding in after}[Relation.REPORTED] == "anonymous|one|denied"


def test_the_former_holder_does_not_deny_what_the_successor_says() -> None:
    before = one_finding()
    after = by_id(merge_verdicts({before.id: before}, [denial()], now=NOW))
    assert before.id not in after


def test_the_holder_takes_a_reversal_back() -> None:
    before = one_finding(judged(kind=SpeakerKind.HOLDER, by_successor=False))
    after = by_id(merge_verdicts({before.id: before}, [denial()], now=NOW))
    assert after[before.id].state == "on record|one|denied"


def test_others_who_support_the_position_deny_nothing() -> None:
    before = one_finding(reported())
    other = judged(
        article(9, minutes=60), label=VerdictLabel.MATCHES, relation=Relation.SUPPORTS, kind=SpeakerKind.OTHER
    )
    assert before.id not in by_id(merge_verdicts({before.id: before}, [other], now=NOW))


def test_an_old_article_that_arrives_late_denies_nothing() -> None:
    before = one_finding(reported())
    late = article(9, publisher="paper-y.example", minutes=60)
    old = replace(late, published_at=late.first_seen_at - timedelta(days=3))
    assert before.id not in by_id(merge_verdicts({before.id: before}, [denial(old)], now=NOW))


def test_a_possible_finding_is_not_denied() -> None:
    before = one_finding(reported(grade=Grade.POSSIBLE))
    assert before.id not in by_id(merge_verdicts({before.id: before}, [denial()], now=NOW))


def test_a_denied_finding_stays_denied_when_evidence_is_added() -> None:
    before = grown(one_finding(reported()), state="anonymous|one|denied")
    (after,) = merge_verdicts({before.id: before}, [reported(article(2, publisher="b.example"))], now=NOW)
    assert after.state == "anonymous|several|denied"
