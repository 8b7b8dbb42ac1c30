"""The decay taken apart, as tables: slopes and weights or kept path and rest, Jacobians, and products over spans."""

from collections.abc import Iterator, Sequence
from math import exp, floor, isfinite, log

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bptt_viz.render.numbers import compact, scientific
from bptt_viz.render.tables import table
from bptt_viz.results.norms import LayerNorms, NormReport
from bptt_viz.results.norms_factors import Path, Split, StepJacobians

Columns = dict[str, Sequence[str]]


def why_tables(report: NormReport, terminal: bool) -> Iterator[RenderableType]:
    """Yield what each step's factors are, layer by layer, and what products of Jacobians keep over spans.

    Args:
        report: what was measured, with its Jacobians.
        terminal: draw rules.
    """
    last = report.layers[-1]
    for layer in report.layers:
        columns, words = _apart(layer)
        if layer is last and report.jacobians is not None:
            columns, words = columns | _jacobians(report.jacobians), f"{words}; {_JACOBIANS}"
        if columns:
            where = f"{layer.label}: " if len(report.layers) > 1 else ""
            steps = [str(t) for t in layer.steps]
            yield Text(f"{where}{words}")
            yield _narrow(table(("t", *columns), list(zip(steps, *columns.values(), strict=True)), terminal), terminal)
            yield Text()
    if report.jacobians is not None and report.jacobians.spans:
        yield Text("the product of the last Jacobians over growing spans, by QR; kept: what is left of ‖∂L_T‖")
        yield _spans(report.jacobians, terminal)
        yield Text()
    elif report.jacobians is None:
        yield Text("the Jacobians are left out: they would take long at this size; bptt-viz spectrum has them")


def _narrow(made: Table, terminal: bool) -> Table:
    made.columns[0].justify = "right"
    made.padding = (0, 0 if terminal else 2, 0, 0)  # the drawn table puts a space between columns itself
    return made


def _apart(layer: LayerNorms) -> tuple[Columns, str]:
    ratios = [compact(ratio) for ratio in layer.chain.ratios]
    if layer.split is not None:
        return {"×step": ratios} | _factors(layer.split), _FACTORS
    if layer.path is not None:
        whole = next(state.last for state in layer.states if state.name == layer.path.state)
        return {"×step": ratios} | _ways(layer.path, whole), _WAYS.format(state=layer.path.state, gate=layer.path.gate)
    return {"×step": ratios}, "×step: of ‖∂L_T‖, from t + 1 back to t"


_FACTORS = "×step: of ‖∂L_T‖, from t + 1 back to t; that is × slope, by the activation, × W_hh, by the weights"
_WAYS = (
    "×step: of ‖∂L_T‖, from t + 1 back to t; {gate}: its mean and range over units; ∂L_T/∂{state} is the sum of what"
    " came along {state} alone, times the gates, and the rest"
)
_JACOBIANS = "σ, ρ: singular values and spectral radius of the Jacobian ∂s_t/∂s_(t−1) of all states"


def _factors(split: Split) -> Columns:
    return {
        "× slope": [compact(factor) for factor in split.by_slope],
        "× W_hh": [compact(factor) for factor in split.by_weight],
        "φ′ at t": [f"{low:.2f}…{high:.2f}" for low, high in zip(split.lowest, split.highest, strict=True)],
    }


def _ways(path: Path, whole: Sequence[float]) -> Columns:
    ends = zip(path.lowest, path.highest, strict=True)
    return {
        path.gate: [f"{mean:.2f}" for mean in path.mean],
        "min…max": [f"{low:.2f}…{high:.2f}" for low, high in ends],
        f"‖∂L_T/∂{path.state}‖": [scientific(size) for size in whole],
        f"{path.state} alone": [scientific(size) for size in path.norms],
        "rest": [scientific(size) for size in path.through],
    }


def _jacobians(found: StepJacobians) -> Columns:
    return {
        "σ max": [compact(size) for size in found.singular],
        "median": [compact(size) for size in found.median],
        "min": [compact(size) for size in found.smallest],
        "ρ": [compact(size) for size in found.radius],
    }


def _spans(found: StepJacobians, terminal: bool) -> RenderableType:
    rows = [
        (
            str(one.steps),
            *(_power(size) for size in (one.largest, one.median, one.smallest, one.kept)),
            *(f"×{compact(exp(size / one.steps))}" for size in (one.largest, one.kept)),
        )
        for one in found.spans
    ]
    heads = ("steps", "σ max", "median", "min", "kept", "σ max a step", "kept a step")
    return _narrow(table(heads, rows, terminal), terminal)


def _power(logarithm: float) -> str:
    """Write e^logarithm with an exponent of ten, also where a float cannot hold it."""
    if not isfinite(logarithm):
        return "0"
    exponent = floor(logarithm / log(10))
    return f"{exp(logarithm - exponent * log(10)):.1f}e{exponent:+03d}"
