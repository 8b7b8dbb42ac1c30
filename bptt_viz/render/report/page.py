"""The page itself: a template filled in, its style and its script within, and nothing else let in.

The content security policy names the style and the script by their hashes: whatever else a text might bring along, the
browser runs none of it and loads nothing.
"""

import json
from base64 import b64encode
from dataclasses import asdict, is_dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from markupsafe import Markup

from bptt_viz.render.characters import shown
from bptt_viz.render.report.checked import check_section
from bptt_viz.render.report.credit import credit_section
from bptt_viz.render.report.flow import flow_section, used
from bptt_viz.render.report.gates import gates_section
from bptt_viz.render.report.norms import norms_section
from bptt_viz.render.report.palette import palette, rules
from bptt_viz.render.report.rates import curves_section, spectrum_section
from bptt_viz.render.report.verdict import card, side_by_side
from bptt_viz.render.svg_style import page_styles
from bptt_viz.results.provenance import Provenance
from bptt_viz.results.report import Report

_SECTIONS = (
    norms_section,
    flow_section,
    credit_section,
    gates_section,
    spectrum_section,
    curves_section,
    check_section,
)


class _Here(BaseLoader):
    """Templates that lie beside this module, however the package is installed."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, None, None]:  # noqa: ARG002
        try:
            return _file(template), None, None
        except FileNotFoundError:
            raise TemplateNotFound(template) from None


def report_page(report: Report, provenance: Provenance) -> str:
    """Return the page; whatever comes from a text, a name or a file is escaped.

    Args:
        report: all that is known.
        provenance: what was run.
    """
    style = "\n".join([_style(), page_styles(list(used(report)))]) if list(used(report)) else _style()
    script = _file("script.js")
    return (
        templates()
        .get_template("page.html.jinja")
        .render(
            report=report,
            labels=" and ".join(subject.label for subject in report.subjects),
            cards=[card(subject) for subject in report.subjects],
            compared=side_by_side(report),
            sections=[section(report) for section in _SECTIONS],
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
            ran=_ran(provenance),
            version=provenance.version,
            numpy=provenance.numpy,
            python=provenance.python,
            subjects=report.subjects,
        )
    )


def templates() -> Environment:
    """Return what fills templates in: all text is escaped, and a name that is not there is an error."""
    made = Environment(autoescape=True, undefined=StrictUndefined, loader=_Here(), trim_blocks=True, lstrip_blocks=True)
    made.filters["shown"] = _shown
    return made


def _file(name: str) -> str:
    return files("bptt_viz.render.report").joinpath(name).read_text(encoding="utf-8")


def _style() -> str:
    schemes = palette()
    light, dark = schemes["light"], schemes["dark"]
    colours = f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return "\n".join([colours, _file("style.css"), rules()])


def _policy(style: str, script: str) -> str:
    parts = {"default-src": "'none'", "style-src": _hash(style), "script-src": _hash(script)}
    parts |= {"base-uri": "'none'", "form-action": "'none'"}
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _shown(text: object) -> str:
    """Return a text without what no reader can see; line ends stay."""
    return shown(str(text), "\n")


def _ran(provenance: Provenance) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each run's options by name."""
    runs: dict[str, Any] = provenance.options["models"]
    return [(label, [(name, _value(value)) for name, value in _fields(run).items()]) for label, run in runs.items()]


def _fields(run: Any) -> dict[str, Any]:
    return asdict(run) if is_dataclass(run) and not isinstance(run, type) else dict(run)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
