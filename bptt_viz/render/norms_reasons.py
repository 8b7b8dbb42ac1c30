"""Why a gradient decays or grows, in words: what its layers' weights and gates say."""

from math import log

from bptt_viz.render.numbers import compact, percent, steps
from bptt_viz.results.norms import ActivationShare, LayerNorms, NormReport
from bptt_viz.results.norms_factors import Path, Split

_NAMES = {"relu": "ReLU"}


def why_words(report: NormReport) -> list[str]:
    """Return for each layer what its weights and gates say about the rate."""
    several = len(report.layers) > 1
    return [f"{layer.label}: {said}" if several else said for layer in report.layers if (said := _why(layer))]


def _why(layer: LayerNorms) -> str:
    gate = next((activation for activation in layer.activations if activation.name == layer.keep), None)
    kept = _kept(gate, layer.path) if gate else _product(layer)
    idle = sum(layer.idle) / len(layer.idle)
    word = "at 0 (dead)" if {activation.kind for activation in layer.activations} == {"relu"} else "saturated"
    return "; ".join(said for said in (kept, f"{idle:.0%} of the units are {word}" if idle >= 0.2 else "") if said)


def _kept(gate: ActivationShare, path: Path | None) -> str:
    half = f", half-life {steps(log(0.5) / log(gate.mean))}" if 0 < gate.mean < 1 else ""
    name, state, other = ("forget", "c", "h") if gate.name == "f" else ("update", "h", "n")
    range_ = f" ({min(path.mean):.2f} to {max(path.mean):.2f})" if path and len(path.mean) > 1 else ""
    rest = f"the way through {other} adds to that"
    if path and path.part is not None and len(path.norms) > 1:
        rest = f"at step 1 that way alone is {percent(path.part)} of ‖∂L_T/∂{state}‖, the rest comes through {other}"
        if path.part > 1:
            rest = f"at step 1 that way alone would be {compact(path.part)} times ‖∂L_T/∂{state}‖"
    average = f"the {name} gate {gate.name} is {gate.mean:.2f} on average{range_}"
    return f"{average}: along {state} alone ×{gate.mean:.2f} a step{half}; {rest}"


def _product(layer: LayerNorms) -> str:
    if layer.radius is None:
        return ""
    sizes = f"spectral radius {compact(layer.radius)}, largest singular value {compact(layer.singular)}"
    if not layer.activations:
        return f"W_hh has {sizes}; without an activation the radius is the rate in the long run"
    split = layer.split
    if split is None or split.slope_rate is None or split.weight_rate is None:
        return f"W_hh has {sizes}"
    known = [factor for factor in split.by_slope if factor is not None]
    slopes = f"×{compact(split.slope_rate)} by {_activation(layer)}'s slope ({min(known):.2f} to {max(known):.2f})"
    weights = f"×{compact(split.weight_rate)} by W_hh ({sizes})"
    return f"a step back is {slopes} and {weights}{_above(split)}{_blame(split, _activation(layer))}"


def _activation(layer: LayerNorms) -> str:
    kind = layer.activations[0].kind
    return _NAMES.get(kind, kind)


def _above(split: Split) -> str:
    """Return what the layer above and attention add, where it changes the rate."""
    other = split.other_rate
    return "" if other is None or abs(other - 1) < 5e-4 else f" and ×{compact(other)} by what else reads h"


def _blame(split: Split, name: str) -> str:
    """Return which of the two factors the decay is due to, where both shrink."""
    if split.slope_share is None:
        return ""
    share, what = max((split.slope_share, f"{name}'s slope"), (1 - split.slope_share, "W_hh"))
    return f": {share:.0%} of the decay is by {what}"
