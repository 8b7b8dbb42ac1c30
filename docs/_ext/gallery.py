"""Pictures of the example scripts: what a block of a script has made that has a picture is shown below it."""

from pathlib import Path
from typing import Any

from sphinx_gallery.scrapers import figure_rst

from bptt_viz import Shown


def scrape_pictures(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save the pictures that a block has given a name, and return the reST that shows them."""
    seen = block_vars.setdefault("bptt_seen", set())
    paths = []
    for name, value in block_vars["example_globals"].items():
        if isinstance(value, Shown) and "svg" in value.forms and id(value) not in seen and not name.startswith("_"):
            seen.add(id(value))
            path = Path(next(block_vars["image_path_iterator"])).with_suffix(".svg")
            value.save(path)
            paths.append(str(path))
    return figure_rst(paths, gallery_conf["src_dir"])
