"""A headless Chromium that notes whatever a page complains about and whatever it asks the network for."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bptt_viz import app

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def missing(what):
    """Skip, with a reason that is shown; where CI is true a test of the page may not be left out."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}, and CI=true: the page has to be tried in a browser")
    pytest.skip(f"{what}: the page is not tried in a browser")


@pytest.fixture(scope="session")
def chromium():
    try:
        import axe_playwright_python.sync_playwright  # noqa: F401
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright and axe-playwright-python, of the extra `test`, are not installed")
    if CHROMIUM is None:
        missing("there is no Chromium on PATH")
    with sync_playwright() as playwright:
        # Root may use no sandbox, and containers have little shared memory.
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page that stands open.

    Attributes:
        page: Playwright's.
        complaints: what its console and its scripts said, and dialogs.
        requests: addresses that it asked for besides its own.
    """

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def figure(self, name):
        return self.page.locator(f"#{name}")

    def readout(self, name):
        return self.page.locator(f"#{name} .readout").inner_text()


@pytest.fixture
def opened(chromium):
    """Return a function that opens a file: with a width, a colour scheme, or without scripts."""
    contexts = []

    def open_(path: Path, width=1280, scheme="light", scripts=True, media=None):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("dialog", lambda dialog: (found.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        found.page.on("request", lambda request: found.requests.append(request.url))
        if media:
            found.page.emulate_media(media=media)
        found.page.goto(path.as_uri())
        assert found.requests.pop(0) == path.as_uri()
        return found

    yield open_
    for context in contexts:
        context.close()


def written(folder, *arguments):
    path = folder / "report.html"
    assert app.run(["report", *arguments, "-o", str(path)]) == 0
    return path


@pytest.fixture(scope="session")
def of_one(tmp_path_factory):
    """The report of one LSTM over hello→ello."""
    return written(tmp_path_factory.mktemp("one"), "lstm", "--text", "hello", "--hidden", "3")


@pytest.fixture(scope="session")
def of_two(tmp_path_factory):
    """The report of two runs side by side."""
    return written(tmp_path_factory.mktemp("two"), "lstm --set forget_bias=3", "rnn", "--steps", "7", "--hidden", "3")
