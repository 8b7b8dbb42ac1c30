"""Where there is no browser the page goes untried, and says so; where CI is true that is a failure."""

import pytest

from browser.conftest import missing


def test_without_a_browser_tests_are_skipped_with_a_reason(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="there is none: the page is not tried"):
        missing("there is none")


def test_in_ci_they_may_not_be(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="there is none, and CI=true"):
        missing("there is none")
