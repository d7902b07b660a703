from __future__ import annotations

from monitor.settings.houses import Houses


def test_publishers_of_one_registered_domain_are_one_house() -> None:
    houses = Houses()
    one = houses.house_of("Daily News", "https://www.daily.co.uk/a")
    assert one == houses.house_of("Daily Sport", "https://sport.daily.co.uk/b") == "daily.co.uk"


def test_a_group_comes_before_the_domain_by_name_or_by_domain() -> None:
    houses = Houses({"Big House": ["Daily News", "other.com"]})
    assert houses.house_of("daily news", "https://www.daily.co.uk/a") == "Big House"
    assert houses.house_of("Another", "https://www.other.com/a") == "Big House"


def test_an_address_without_a_public_suffix_tells_nothing() -> None:
    for url in ("", "http://127.0.0.1/a", "http://localhost/a", "file:///a", "http://[broken"):
        assert Houses().house_of("Daily News", url) == "Daily News"
