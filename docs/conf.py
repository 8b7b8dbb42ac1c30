"""How the site is built: `sphinx-build -W docs build/site`; docs/site.md tells more."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent / "_ext"), str(Path(__file__).parents[1])]

import bptt_viz  # noqa: E402

project = "bptt_viz"
author = copyright = "the bptt_viz developers"
release = version = bptt_viz.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "api",
    "bptt",
    "korean",
    "notebook",
    "repository",
]
exclude_patterns = ["_*", "examples", "**/sg_execution_times.rst"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

language = "en"  # -D language=ko builds the Korean site
smartquotes_action = "qe"  # quotes and ellipses; `--option` in running text stays as it is
locale_dirs = ["locale"]
gettext_compact = False
gettext_location = False
gettext_uuid = False

myst_heading_anchors = 6

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
add_module_names = False
default_role = "code"  # docstrings write `name` as Markdown does

copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "auto_examples",
    "image_scrapers": ("gallery.scrape_pictures",),
    "capture_repr": (),
    "reset_modules": (),
    "abort_on_example_error": True,
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_signature": False,
    "min_reported_time": 1e9,
    "write_computation_times": False,
    "within_subsection_order": "FileNameSortKey",
    "default_thumb_file": str(Path(__file__).parent / "pictures" / "steps.svg"),
}

html_theme = "furo"
html_title = "bptt_viz"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["site.css"]
html_js_files = ["pictures.js"]
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
