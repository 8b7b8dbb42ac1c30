"""Measures how large states and their gradients are at every time step of a rollout."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from bptt_viz.analyses.advice import advise
from bptt_viz.analyses.decay import fit_decay, follow, judge, remember
from bptt_viz.analyses.gradients import usual_norm
from bptt_viz.analyses.labels import layer_label, name_ending
from bptt_viz.analyses.nonfinite import first_nonfinite
from bptt_viz.analyses.norms_entries import entry_sizes
from bptt_viz.analyses.norms_factors import behind_slopes, path, split, step_jacobians
from bptt_viz.analyses.norms_parameters import cell_parameters, readout_parameters
from bptt_viz.analyses.norms_spread import Draw, draw, middle, place_of, spread
from bptt_viz.analyses.parts import Uses
from bptt_viz.analyses.runs import Ends, Loss, characters, describe, seeded
from bptt_viz.analyses.saturation import Found, activated, pooled, shares
from bptt_viz.arrays import Array, norm
from bptt_viz.cells import Cell, described
from bptt_viz.cells.gru import GRU
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Initialisation, largest_singular_value, spectral_radius
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.norms import Advice, LayerNorms, NormReport, Run, Series, StateNorms, Trend
from bptt_viz.tape import Cotangents, Node
from bptt_viz.topologies import Layer

Tick = Callable[[float], None]
"""Takes the share that is done, 0 to 1."""

# Eigenvalues of a larger matrix would take longer than everything else.
_LARGEST_MATRIX = 512

# Windows of the text over which the gradient's usual norm is measured, where it explodes.
_WINDOWS = 20


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
        found = activated(rollout)
        asked, last = seeded(rollout, loss), Ends(rollout, _states(rollout, found))
        uses, smallest = Uses(rollout), _smallest(rollout)
        layers = layer_norms(rollout, found, uses, asked, last)
        draws = [draw(rollout, last, first_nonfinite(rollout, asked)), *_more_draws(prepared, loss, seeds, tick)]
        own = follow(_whole(rollout, layers), smallest)
        chain = own if seeds == 1 else follow(middle(draws), smallest)
        places = [one.place for one in draws if one.place is not None]
        verdict, place, run = judge(chain, 2 * len(places) < seeds), next(iter(places), None), describe(prepared)
        usual = usual_norm(prepared, _WINDOWS) if verdict is Trend.EXPLODING else None
        inputs, targets = characters(prepared, rollout)
        return NormReport(
            verdict=verdict,
            advice=_for_next_time(advise(verdict, run, chain, layers, place, usual), run),
            nonfinite=place,
            run=run,
            loss=loss,
            chain=chain,
            memory=remember(chain),
            layers=layers,
            readout=readout_parameters(rollout, uses, asked),
            inputs=inputs,
            targets=targets,
            losses=_losses(rollout),
            spread=spread(draws, smallest),
            jacobians=step_jacobians(prepared, rollout, own) if jacobians else None,
        )


def rollout_report(rollout: Rollout, run: Run, loss: Loss, losses: Sequence[float | None]) -> NormReport:
    """Report a rollout that no request of ours has made, as `norm_report` does, without characters and Jacobians.

    Args:
        rollout: the recorded values; its losses need to be those at the ends of its layers only.
        run: what it is called.
        loss: whose gradient the per-step norms are about.
        losses: L_t, as far as they are known.
    """
    with np.errstate(all="ignore"):
        found = activated(rollout)
        asked, last = seeded(rollout, loss), Ends(rollout, _states(rollout, found))
        uses, smallest = Uses(rollout), _smallest(rollout)
        layers, place = layer_norms(rollout, found, uses, asked, last), first_nonfinite(rollout, asked)
        chain = follow(_whole(rollout, layers), smallest)
        verdict, nobody = judge(chain, place is None), (None,) * rollout.steps
        return NormReport(
            verdict=verdict,
            advice=advise(verdict, run, chain, layers, place),
            nonfinite=place,
            run=run,
            loss=loss,
            chain=chain,
            memory=remember(chain),
            layers=layers,
            readout=readout_parameters(rollout, uses, asked),
            inputs=nobody,
            targets=nobody,
            losses=tuple(losses),
            spread=spread([draw(rollout, last, place)], smallest),
        )


def _losses(rollout: Rollout) -> tuple[float | None, ...]:
    steps = range(1, rollout.steps + 1)
    return tuple(float(rollout.losses[t].value) if t in rollout.losses else None for t in steps)


def _whole(rollout: Rollout, layers: Sequence[LayerNorms]) -> list[float]:
    """Return the norms of all layers together, by how far their steps are from where the loss is."""
    parts: list[list[float]] = [[] for _ in range(rollout.steps)]
    for run, layer in zip(rollout.layers, layers, strict=True):
        for part, size in zip(parts[place_of(run, rollout.steps)], layer.chain.norms, strict=True):
            part.append(size)
    return [_joint(part) for part in parts]


def _for_next_time(advice: Advice, run: Run) -> Advice:
    """Leave out what draws weights anew where they are a trained network's: it is advice for its next training."""
    return advice if run.origin is None else replace(advice, arguments=())


def _more_draws(prepared: Prepared, loss: Loss, seeds: int, tick: Tick) -> Iterator[Draw]:
    """Draw the weights anew with the following seeds; the data stay."""
    request = prepared.request
    if seeds > 1 and prepared.origin is not None:
        raise UsageError("--seeds draws weights, and means nothing with --weights")
    initialisation = Initialisation.parse(request.init)
    for k in range(1, seeds):
        tick(k / seeds)
        values = prepared.model.draw(np.random.default_rng(request.seed + k), initialisation, request.dtype)
        rollout = replace(prepared, values=values).run()
        asked, last = seeded(rollout, loss), Ends(rollout, _states(rollout))
        yield draw(rollout, last, first_nonfinite(rollout, asked))


def _states(rollout: Rollout, found: Sequence[Found] = ()) -> list[Node]:
    """Return the nodes whose gradients by the last loss are needed."""
    states = [node for run in rollout.layers for at in (*run.states, *run.carries) for node in at.values()]
    return [*states, *(node for each in found for node in behind_slopes(each))]


def layer_norms(
    rollout: Rollout, found: Sequence[Found], uses: Uses, asked: Cotangents, last: Ends
) -> tuple[LayerNorms, ...]:
    """Measure every layer.

    Args:
        rollout: the recorded values.
        found: each layer's activated values.
        uses: who consumes them.
        asked: gradients of the loss that the per-step norms are about.
        last: gradients of the last loss alone.
    """
    pairs = zip(rollout.layers, found, strict=True)
    return tuple(_layer(rollout, run, own, uses, asked, last.of(run)) for run, own in pairs)


def _layer(rollout: Rollout, run: Layer, found: Found, uses: Uses, asked: Cotangents, last: Cotangents) -> LayerNorms:
    smallest = _smallest(rollout)
    states = tuple(_state(name, run, uses, asked, last, smallest) for name in run.cell.states)
    joint = [_joint(parts) for parts in _by_step([state.last for state in states])]
    recurrent = tuple(name for name, parameter in described(run.cell).items() if parameter.role == "recurrent")
    parameters = cell_parameters(run, uses, asked)
    of_recurrent = [one.norms for one in parameters if one.gate is None and one.name in recurrent]
    radius, singular = _spectrum(run)
    chain = follow(joint, smallest)
    return LayerNorms(
        depth=run.depth,
        label=layer_label(rollout, run),
        ending=name_ending(rollout, run),
        steps=tuple(run.steps),
        backward=run.backward,
        states=states,
        chain=chain,
        idle=pooled(found, len(run.aliases)),
        activations=shares(found),
        weight=tuple(_joint([norms[t] for norms in of_recurrent]) for t in range(len(run.aliases))),
        recurrent=recurrent,
        radius=radius,
        singular=singular,
        parameters=parameters,
        keep=(keep := _keep(run.cell)),
        split=split(run, found, last, chain),
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
        entries=entry_sizes([asked[node] for node in nodes]),
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
