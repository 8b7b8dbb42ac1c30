"""Settings that all tests share: how hard property tests search (HYPOTHESIS_PROFILE=quick or deep)."""

import os

from hypothesis import settings

settings.register_profile("quick", derandomize=True, max_examples=50, deadline=None)
settings.register_profile("deep", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
