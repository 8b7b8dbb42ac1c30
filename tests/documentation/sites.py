"""Small sites made with the site's own extensions."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

CONF = f"""
import sys
sys.path[:0] = [{str(ROOT / "docs" / "_ext")!r}, {str(ROOT)!r}]
extensions = ["myst_parser", "bptt", "korean"]
"""


def build(source, pages, language="en"):
    """Build a site of the given pages; return its exit code and its folder."""
    from sphinx.cmd.build import build_main

    (source / "conf.py").write_text(CONF, encoding="utf-8")
    for name, text in pages.items():
        (source / f"{name}.md").write_text(text, encoding="utf-8")
    code = build_main(["-q", "-W", "-D", f"language={language}", str(source), str(source / "site")])
    return code, source / "site"
