"""Pages written for these tests: a small local paper, with the furniture that such pages carry."""

from __future__ import annotations

FIRST = (
    "The harbour council voted on Monday to open a ferry line between the old town and the northern islands, "
    "ending two years of debate over its cost."
)
SECOND = (
    "“We will run the first boat in May,” said Mayor Ada Lindqvist. The council set aside 3.5 million crowns for "
    "two vessels, and the shipyard is to deliver both by April."
)
THIRD = (
    "Opponents say the line will never pay for itself, since fewer than 900 people live on the islands in winter. "
    "The most popular route, to the lighthouse, is run by volunteers."
)
FEED_TEXT = "\n".join(f"<p>{part}</p>" for part in (FIRST, SECOND, THIRD))


def article_page(*inner: str, head: str = "", language: str = "en") -> bytes:
    body = "\n".join(f"<p>{part}</p>" for part in (FIRST, SECOND, THIRD))
    return (
        f"<!doctype html><html lang='{language}'><head><title>Ferry vote | The Harbour Post</title>{head}</head><body>"
        "<nav><a href='/'>Home</a><a href='/news'>News</a></nav>"
        f"<article><h1>Harbour council votes on the new ferry line</h1>{body}{''.join(inner)}</article>"
        "<footer>Copyright 2026 The Harbour Post. All rights reserved.</footer></body></html>"
    ).encode()


FURNISHED = article_page(
    "<p>Connect with us</p><p>Hi, what are you looking for?</p><p>via Harbour Radio</p>",
    "<p>This article was originally published at The Island Wire. Partners have permission to republish this article, "
    "such as Coast Daily. To learn more about syndication opportunities, visit our office.</p>",
    "<p>The boats will carry bicycles too. (Trending: Seal steals the mayor's hat)</p>",
    "<p>Sign up for our morning newsletter and never miss a story.</p>",
    "<p>READ MORE: Lighthouse keeper retires after 40 years</p>",
    "<p>Most Popular:</p><p>Ten walks along the northern shore</p><p>Why the herring came back</p>",
    "<p>You May Also Like</p><p>Quiz: how well do you know the islands?</p>",
)
