"""What all tests share: how hard property tests search (HYPOTHESIS_PROFILE=quick or deep), no CI service around."""

import os

from hypothesis import settings

settings.register_profile("quick", derandomize=True, max_examples=50, deadline=None)
settings.register_profile("deep", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# Under GitHub Actions `check` writes annotations and a summary, which its tests ask for themselves.
for _name in [name for name in os.environ if name.startswith("GITHUB_")]:
    del os.environ[_name]
