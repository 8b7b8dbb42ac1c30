"""Without the extra `docs` these tests skip; in CI they may not, since `.ci/run` installs it."""

from importlib.util import find_spec

import pytest

from documentation.sites import build

MISSING = [name for name in ("sphinx", "myst_parser", "furo") if find_spec(name) is None]


def pytest_collection_modifyitems(items):
    """Skip, and say why."""
    if MISSING:
        why = pytest.mark.skip(reason="the site needs the extra docs: pip install -e '.[docs]'")
        for item in items:
            if "documentation" in item.path.parts:
                item.add_marker(why)


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return a function that builds a site of the given pages and returns its folder."""
    import running
    import sessions

    for module in (running, sessions):
        monkeypatch.setattr(module, "KEPT", tmp_path / "kept")

    def built(language="en", code=0, **pages):
        (tmp_path / "source").mkdir()
        ended, folder = build(tmp_path / "source", pages, language)
        assert ended == code
        return folder

    return built
