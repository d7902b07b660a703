"""Take the pictures of docs/images from a running Airflow: look at what `make airflow DEMO=1` shows.

    uv run --with playwright python tests/stack/screenshots.py --url http://127.0.0.1:8080 [--mail FILE.eml]

Needs a Chromium of the system (`--chromium`): playwright's own is not downloaded. No dependency of the project.
"""

from __future__ import annotations

import argparse
import importlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).parents[2] / "docs" / "images"
PAGES = {
    "airflow-dags": "/dags",
    "airflow-grid": "/dags/ingest_feeds",
    "airflow-judge": "/dags/judge_and_alert",
    "airflow-assets": "/assets/1",
}
SIZE = {"width": 1280, "height": 760}
MAX_BYTES = 300_000


def main() -> None:
    """One picture per page, and one of a mail as a mail program shows it."""
    parser = argparse.ArgumentParser(description="Take the pictures of docs/images.")
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--mail", type=Path, help="an .eml file, as the channel `directory` writes it")
    parser.add_argument("--out", type=Path, default=IMAGES)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    sync_api: Any = importlib.import_module("playwright.sync_api")  # not installed where nobody takes pictures
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        for name, path in PAGES.items():
            page.goto(options.url + path, wait_until="networkidle", timeout=120_000)
            take(page, options.out / f"{name}.png")
        if options.mail:
            page.set_content(html_of(options.mail), wait_until="load")
            take(page, options.out / "mail.png")
        browser.close()


def take(page: Any, target: Path) -> None:
    page.wait_for_timeout(4_000)  # the grid draws itself after the network is silent
    page.screenshot(path=str(target))
    size = target.stat().st_size
    print(f"{target}: {size:,} bytes{'' if size < MAX_BYTES else ': too large for the repository'}")


def html_of(mail: Path) -> str:
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("html", "plain"))
    assert body is not None
    return str(body.get_content())


if __name__ == "__main__":
    main()
