"""Commands run where no pyproject.toml of this project is in reach, with no variables of the caller's."""

import os

import pytest


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("BPTT_VIZ_"):
            monkeypatch.delenv(name)
