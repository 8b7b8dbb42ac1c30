"""The page itself: a template filled in, with its style and its script within."""

import json
import re
from dataclasses import asdict, is_dataclass
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from bptt_viz.render.characters import shown
from bptt_viz.render.html import beside, policy, templates
from bptt_viz.render.report.checked import check_section
from bptt_viz.render.report.credit import credit_section
from bptt_viz.render.report.flow import flow_section, used
from bptt_viz.render.report.gates import gates_section
from bptt_viz.render.report.norms import norms_section
from bptt_viz.render.report.palette import palette, rules
from bptt_viz.render.report.rates import curves_section, spectrum_section
from bptt_viz.render.report.verdict import card, side_by_side
from bptt_viz.render.svg_style import page_styles
from bptt_viz.render.typeset import svg_letters
from bptt_viz.results.lettering import runs
from bptt_viz.results.provenance import Provenance
from bptt_viz.results.report import Report

_HERE = "bptt_viz.render.report"
_AXIS = 12.0
"""Size of the letters along an axis."""
_NORM = re.compile("(‖[^‖]*‖|[λσ]_k)")
_SECTIONS = (
    norms_section,
    flow_section,
    credit_section,
    gates_section,
    spectrum_section,
    curves_section,
    check_section,
)


def report_page(report: Report, provenance: Provenance) -> str:
    """Return the page; whatever comes from a text, a name or a file is escaped.

    Args:
        report: all that is known.
        provenance: what was run.
    """
    style = "\n".join([_style(), page_styles(list(used(report)))]) if list(used(report)) else _style()
    script = beside(_HERE, "script.js")
    return (
        _templates()
        .get_template("page.html.jinja")
        .render(
            report=report,
            labels=" and ".join(subject.label for subject in report.subjects),
            cards=[card(subject) for subject in report.subjects],
            compared=side_by_side(report),
            sections=[section(report) for section in _SECTIONS],
            style=Markup(style),
            script=Markup(script),
            policy=policy(style, script),
            ran=_ran(provenance),
            version=provenance.version,
            numpy=provenance.numpy,
            python=provenance.python,
            subjects=report.subjects,
        )
    )


def _templates() -> Environment:
    made = templates(_HERE)
    made.filters["formulas"] = _formulas
    made.filters["letters"] = lambda text: Markup(svg_letters(text, _AXIS))
    return made


def _style() -> str:
    schemes = palette()
    light, dark = schemes["light"], schemes["dark"]
    colours = f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return "\n".join([colours, beside(_HERE, "style.css"), rules()])


def _formulas(text: object) -> Markup:
    """Return a text whose formulas between ‖ and ‖ have their subscripts set low; names elsewhere stay as they are."""
    parts = _NORM.split(shown(str(text), "\n"))
    return Markup().join(_typeset(part) if k % 2 else part for k, part in enumerate(parts))


def _typeset(formula: str) -> Markup:
    tags = {0: Markup("{}"), -1: Markup("<sub>{}</sub>"), 1: Markup("<sup>{}</sup>")}
    return Markup().join(tags[run.level].format(run.text) for run in runs(formula))


def _ran(provenance: Provenance) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each run's options by name."""
    runs: dict[str, Any] = provenance.options["models"]
    return [(label, [(name, _value(value)) for name, value in _fields(run).items()]) for label, run in runs.items()]


def _fields(run: Any) -> dict[str, Any]:
    return asdict(run) if is_dataclass(run) and not isinstance(run, type) else dict(run)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
