"""A graph's SVG within somebody's page: its rules of style are about it alone, whatever else the page shows."""

import re
from hashlib import sha256

from bptt_viz.render.svg_style import ROOT

_SHEET = re.compile(r"<style>.*?</style>", re.DOTALL)


def inline(document: str) -> str:
    """Return an SVG document as an element of a page, no wider than its column.

    Two pictures on one page may have different papers; each gets a class of its own, which its rules are about.
    """
    own = f"{ROOT}-{sha256(document.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    element = document[document.index("<svg") :]
    named = element.replace(f'class="{ROOT} ', f'style="max-width:100%;height:auto" class="{ROOT} {own} ', 1)
    return _SHEET.sub(lambda sheet: re.sub(rf"\.{ROOT}(?=[ {{])", f".{own}", sheet[0]), named)
