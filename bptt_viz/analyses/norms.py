"""Measures how large states and their gradients are at every time step of a rollout."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Literal

import numpy as np

from bptt_viz.analyses.advice import advise
from bptt_viz.analyses.decay import fit_decay, follow, judge, remember
from bptt_viz.analyses.nonfinite import first_nonfinite
from bptt_viz.analyses.norms_factors import path, split, step_jacobians
from bptt_viz.analyses.norms_parameters import cell_parameters, readout_parameters
from bptt_viz.analyses.norms_spread import Draw, draw, middle, spread
from bptt_viz.analyses.parts import Uses
from bptt_viz.analyses.saturation import Found, activated, pooled, shares
from bptt_viz.arrays import Array, norm
from bptt_viz.cells import Cell, described
from bptt_viz.cells.gru import GRU
from bptt_viz.initialisation import Initialisation, largest_singular_value, spectral_radius
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.norms import LayerNorms, NormReport, Run, Series, StateNorms
from bptt_viz.tape import Cotangents, Node, backward
from bptt_viz.topologies import Layer

Loss = Literal["all", "last"]
Tick = Callable[[float], None]
"""Takes the share that is done, 0 to 1."""

# Eigenvalues of a larger matrix would take longer than everything else.
_LARGEST_MATRIX = 512


def norm_report(
    prepared: Prepared, loss: Loss = "all", seeds: int = 1, tick: Tick = lambda _: None, jacobians: bool = False
) -> NormReport:
    """Run a model, take its gradients, and report them step by step with a verdict.

    Args:
        prepared: the model, its parameters and its data.
        loss: whose gradient the per-step norms are about: `all` for L = Σ L_t, `last` for L_T alone. The verdict is
            about L_T in both cases: a sum is refreshed at every step and looks healthy where long paths vanish.
        seeds: K, how often the weights are drawn; the model's own draw is the first.
        tick: takes the share of draws that are done.
        jacobians: measure every step's Jacobian too.
    """
    with np.errstate(all="ignore"):  # infinities are reported by place, not by NumPy's warnings
        rollout = prepared.run()
        asked, last = _both(rollout, loss)
        uses = Uses(rollout)
        layers = layer_norms(rollout, uses, asked, last)
        readout = readout_parameters(rollout, uses, asked)
        first = draw(rollout, last, first_nonfinite(rollout, asked))
        draws = [first, *_more_draws(prepared, loss, seeds, tick)]
        found = spread(draws, smallest := _smallest(rollout))
        median = middle(draws)
        sizes = step_jacobians(prepared, rollout) if jacobians else None
    joint = [_joint(parts) for parts in _by_step([layer.chain.norms for layer in layers])]
    chain = follow(joint if seeds == 1 else median, smallest)
    places = [one.place for one in draws if one.place is not None]
    verdict, place = judge(chain, 2 * len(places) < seeds), next(iter(places), None)
    run = describe(prepared)
    advice = advise(verdict, run, chain, layers, place)
    inputs, targets = _characters(prepared, rollout)
    losses = tuple(float(rollout.losses[t].value) if t in rollout.losses else None for t in range(1, rollout.steps + 1))
    return NormReport(
        verdict,
        advice,
        place,
        run,
        loss,
        chain,
        remember(chain),
        layers,
        readout,
        inputs,
        targets,
        losses,
        found,
        sizes,
    )


def _both(rollout: Rollout, loss: Loss) -> tuple[Cotangents, Cotangents]:
    """Return the gradients of the loss that was asked for, and those of the last loss alone."""
    asked = seeded(rollout, loss)
    return asked, asked if loss == "last" else seeded(rollout, "last", _states(rollout))


def _more_draws(prepared: Prepared, loss: Loss, seeds: int, tick: Tick) -> Iterator[Draw]:
    """Draw the weights anew with the following seeds; the data stay."""
    request = prepared.request
    initialisation = Initialisation.parse(request.init)
    for k in range(1, seeds):
        tick(k / seeds)
        values = prepared.model.draw(np.random.default_rng(request.seed + k), initialisation, request.dtype)
        rollout = replace(prepared, values=values).run()
        asked, last = _both(rollout, loss)
        yield draw(rollout, last, first_nonfinite(rollout, asked))


def seeded(rollout: Rollout, loss: Loss, wrt: Collection[Node] | None = None) -> Cotangents:
    """Return the gradients of L = Σ L_t (`all`), or of the last L_t alone (`last`).

    Args:
        rollout: the recorded values.
        loss: which of the two.
        wrt: the nodes whose gradients are kept; None keeps all.
    """
    node = rollout.loss if loss == "all" else rollout.losses[rollout.pattern.outputs[-1]]
    return backward(rollout.tape, {node: np.ones_like(node.value)}, wrt)


def _states(rollout: Rollout) -> list[Node]:
    return [node for run in rollout.layers for at in run.states for node in at.values()]


def layer_norms(rollout: Rollout, uses: Uses, asked: Cotangents, last: Cotangents) -> tuple[LayerNorms, ...]:
    """Measure every layer.

    Args:
        rollout: the recorded values.
        uses: who consumes them.
        asked: gradients of the loss that the per-step norms are about.
        last: gradients of the last loss alone.
    """
    smallest = _smallest(rollout)
    pairs = zip(rollout.layers, activated(rollout), strict=True)
    return tuple(_layer(run, found, uses, asked, last, smallest) for run, found in pairs)


def _layer(run: Layer, found: Found, uses: Uses, asked: Cotangents, last: Cotangents, smallest: float) -> LayerNorms:
    states = tuple(_state(name, run, uses, asked, last, smallest) for name in run.cell.states)
    joint = [_joint(parts) for parts in _by_step([state.last for state in states])]
    recurrent = tuple(name for name, parameter in described(run.cell).items() if parameter.role == "recurrent")
    parameters = cell_parameters(run, uses, asked)
    of_recurrent = [one.norms for one in parameters if one.gate is None and one.name in recurrent]
    radius, singular = _spectrum(run)
    return LayerNorms(
        depth=run.depth,
        states=states,
        chain=follow(joint, smallest),
        idle=pooled(found, len(run.aliases)),
        activations=shares(found),
        weight=tuple(_joint([norms[t] for norms in of_recurrent]) for t in range(len(run.aliases))),
        recurrent=recurrent,
        radius=radius,
        singular=singular,
        parameters=parameters,
        keep=(keep := _keep(run.cell)),
        split=split(found, radius),
        path=path(run, found, last, keep, smallest),
    )


def _state(name: str, run: Layer, uses: Uses, asked: Cotangents, last: Cotangents, smallest: float) -> StateNorms:
    nodes = [at[name] for at in run.states[1:]]
    alone = _norms(nodes, lambda node: last[node])
    return StateNorms(
        name,
        value=_norms(nodes, lambda node: node.value),
        total=_norms(nodes, lambda node: asked[node]),
        local=_norms(nodes, lambda node: uses.local(asked, node)),
        back=_norms(nodes, lambda node: uses.back(asked, node)),
        last=alone,
        decay=fit_decay(alone[::-1], smallest),
    )


def _norms(nodes: Sequence[Node], of: Callable[[Node], Array]) -> Series:
    return tuple(norm(of(node)) for node in nodes)


def _by_step(series: Sequence[Series]) -> list[tuple[float, ...]]:
    return list(zip(*series, strict=True))


def _joint(norms: Sequence[float]) -> float:
    """Return the norm of vectors laid end to end, from their norms."""
    return norm(np.asarray(norms, float))


def _smallest(rollout: Rollout) -> float:
    """Return the norm below which entries of the rollout's type lose digits to underflow."""
    limits = np.finfo(rollout.loss.value.dtype)
    return float(limits.tiny) / float(limits.eps)


def _spectrum(run: Layer) -> tuple[float | None, float | None]:
    """Return the spectral radius and the largest singular value of W_hh if it is one square matrix."""
    node = run.parameters.get("W_hh")
    if node is None or node.value.ndim != 2 or node.shape[0] != node.shape[1] or node.shape[0] > _LARGEST_MATRIX:
        return None, None
    if not np.isfinite(node.value).all():
        return None, None
    return spectral_radius(node.value), largest_singular_value(node.value)


def _keep(cell: Cell) -> str | None:
    """Return the gate by which the kept state is multiplied: f of c in LSTMs, z of h in the built-in GRU."""
    if "c" in cell.states and "f" in cell.gates:
        return "f"
    return "z" if isinstance(cell, GRU) else None


def describe(prepared: Prepared) -> Run:
    """Return what was run; a file is named without its folder."""
    request, cell = prepared.request, prepared.model.cells[0]
    own = {f.name: str(getattr(cell, f.name)) for f in fields(cell) if f.name not in {"input_size", "hidden_size"}}
    return Run(
        cell=Path(request.cell).name,
        options=own,
        hidden=request.hidden,
        layers=request.layers,
        steps=prepared.model.pattern.steps,
        batch=request.batch,
        topology=request.topology,
        text=Path(request.text).name,
        init=str(Initialisation.parse(request.init)),
        seed=request.seed,
        dtype=request.dtype,
    )


def _characters(prepared: Prepared, rollout: Rollout) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    """Return the first window's input and target characters by step, None where the topology has none."""
    batch, steps = prepared.batch, range(1, rollout.steps + 1)
    fed = tuple(batch.vocabulary[batch.inputs[t - 1, 0]] if t in rollout.inputs else None for t in steps)
    wanted = tuple(batch.vocabulary[batch.targets[t - 1, 0]] if t in rollout.losses else None for t in steps)
    return fed, wanted
