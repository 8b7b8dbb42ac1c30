"""Everything about one run, or two side by side."""

from collections.abc import Callable, Sequence

from bptt_viz.console.output import provenance
from bptt_viz.console.shown import Shown, Ways
from bptt_viz.errors import UsageError
from bptt_viz.render.fragment import framed
from bptt_viz.render.report import report_data, report_lines, report_page
from bptt_viz.reports import Asked, measured
from bptt_viz.results.report import Report


def report(asked: Sequence[Asked], tick: Callable[[float], None] = lambda _: None) -> Shown[Report]:
    """Measure all about one or two models.

    Args:
        asked: each as it was typed, and its request.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: there are more than two, both are the same, or one cannot be made or run.
    """
    if len(asked) > 2:
        raise UsageError(f"a report is about one or two models, got {len(asked)}")
    first, *others = (text for text, _ in asked)
    if first in others:
        raise UsageError(f'both models are {first!r}; give one of them other options: "{first} --seed 1"')
    found = measured(asked, provenance("report", {}), tick)
    ran = provenance("report", {"models": {each.label: each.norms.run for each in found.subjects}})

    def page() -> str:
        return report_page(found, ran).encode("utf-8", "replace").decode()

    title = " and ".join(f"{each.label} {each.norms.verdict}" for each in found.subjects)
    ways = Ways(
        title,
        lambda *_: report_lines(found, ""),
        {"html": lambda: page().encode()},
        lambda: framed(page(), f"Gradient report: {title}"),
        lambda: report_data(found),
    )
    return Shown("report", found, ran, ways)
