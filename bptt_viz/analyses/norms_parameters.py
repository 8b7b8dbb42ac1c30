"""Measures what each time step adds to the gradient of each parameter, gate by gate."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bptt_viz.analyses.parts import Uses
from bptt_viz.arrays import Array, norm
from bptt_viz.cells import described
from bptt_viz.models import Rollout
from bptt_viz.results.norms_parameters import ParameterNorms
from bptt_viz.tape import Cotangents, Node
from bptt_viz.topologies import Layer

Gates = Mapping[str, tuple[str, ...]]
"""By parameter, the blocks of its last axis."""

_Key = tuple[str, str | None]


def cell_parameters(run: Layer, uses: Uses, asked: Cotangents) -> tuple[ParameterNorms, ...]:
    """Return ‖dW_t‖ of a layer's parameters, each followed by its gates.

    Args:
        run: the layer.
        uses: who consumes its weights.
        asked: gradients of the loss that is asked about.
    """
    gates = {name: parameter.gates for name, parameter in described(run.cell).items()}
    return _measured(dict(enumerate(run.aliases, start=1)), len(run.aliases), gates, uses, asked)


def readout_parameters(rollout: Rollout, uses: Uses, asked: Cotangents) -> tuple[ParameterNorms, ...]:
    """Return ‖dW_t‖ of the parameters that belong to no layer, 0 at steps that do not use them."""
    parts = [*(module.aliases for module in rollout.modules), rollout.readout]
    return tuple(one for used in parts for one in _outside(rollout, used, uses, asked))


def _outside(
    rollout: Rollout, used: Mapping[int, Mapping[str, Node]], uses: Uses, asked: Cotangents
) -> tuple[ParameterNorms, ...]:
    if not used:
        return ()
    names = {leaf.index: name for name, leaf in rollout.parameters.items()}
    renamed = {t: {names[node.parents[0].index]: node for node in nodes.values()} for t, nodes in used.items()}
    first = min(1, *used)  # a part that acts before time has a step 0
    at = {t - first + 1: nodes for t, nodes in renamed.items()}
    return _measured(at, rollout.steps - first + 1, dict.fromkeys(next(iter(renamed.values())), ()), uses, asked)


def _measured(
    used: Mapping[int, Mapping[str, Node]], steps: int, gates: Gates, uses: Uses, asked: Cotangents
) -> tuple[ParameterNorms, ...]:
    series: dict[_Key, list[float]] = {key: [0.0] * steps for name in gates for key in _keys(name, gates[name])}
    for t, nodes in used.items():
        for name in gates:
            for key, part in _parts(name, gates[name], uses.whole(asked, nodes[name])):
                series[key][t - 1] = norm(part)
    return tuple(_summed_up(*key, norms) for key, norms in series.items())


def _keys(name: str, gates: tuple[str, ...]) -> list[_Key]:
    return [(name, None), *((name, gate) for gate in gates if len(gates) > 1)]


def _parts(name: str, gates: tuple[str, ...], whole: Array) -> Iterator[tuple[_Key, Array]]:
    """Yield a parameter's gradient, and the columns of each gate if it packs several."""
    yield (name, None), whole
    if len(gates) > 1:
        parts = np.split(whole, len(gates), axis=-1)
        yield from (((name, gate), part) for gate, part in zip(gates, parts, strict=True))


def _summed_up(name: str, gate: str | None, norms: Sequence[float]) -> ParameterNorms:
    values = np.array(norms)
    finite, bad = values[np.isfinite(values)], np.flatnonzero(~np.isfinite(values)) + 1
    least, most = (float(finite.min()), float(finite.max())) if finite.size else (None, None)
    first, last = (int(bad[0]), int(bad[-1])) if bad.size else (None, None)
    nans, infinities = int(np.isnan(values).sum()), int(np.isinf(values).sum())
    return ParameterNorms(name, gate, tuple(norms), least, most, nans, infinities, first, last)
