"""Many networks of a kind at once: how they are drawn, and how the last loss's gradient goes back in each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import described
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import Batch, Rollout, SequenceModel, blamed_on, cell_class
from bptt_viz.models.lookup import cell_maker
from bptt_viz.results.network import Network
from bptt_viz.tape import backward
from bptt_viz.topologies import pattern

Tick = Callable[[float], None]

MATRICES = {"normal": "radius", "orthogonal": "orthogonal", "identity": "identity"}
"""How a recurrent matrix can be drawn, and the initialisation that draws it with spectral radius 1."""

# Numbers held at once: 32 MB in float64. Copies of the network beyond that wait for the next chunk.
_ENTRIES = 2**22


@dataclass(frozen=True, slots=True)
class Draws:
    """S networks of one kind.

    Attributes:
        values: every parameter, (S, rows, columns), vectors as (S, 1, size); recurrent matrices have spectral radius 1.
        recurrent: the names of those that are scaled.
        biases: the names of the cell's biases.
    """

    values: Mapping[str, Array]
    recurrent: tuple[str, ...]
    biases: tuple[str, ...]

    @property
    def singular(self) -> Array:
        """The largest singular value of each W_hh, (S,)."""
        return np.asarray(np.linalg.norm(self.values["W_hh"], 2, axis=(-2, -1)))


def model(network: Network, vocabulary: int, hidden: int, steps: int) -> SequenceModel:
    """Return the network over `steps` time steps with a loss at the last one only.

    Raises:
        UsageError: there is no such cell, or it has no such option.
    """
    given = dict(network.options) | ({"activation": network.activation} if network.activation else {})
    with blamed_on(network.cell):
        cell = cell_maker(cell_class(network.cell), f"cell {network.cell!r}", given)(vocabulary, hidden)
    return SequenceModel((cell,), vocabulary, pattern("many-to-one", steps))


def nameless(network: Network) -> Network:
    """Return the network as results name it: a user's file without its folder."""
    return replace(network, cell=Path(network.cell).name)


def capital(name: str) -> str:
    """Return a sentence, or a network's name at its start, with a capital letter; but a file is called as it is."""
    return name if ":" in name.split(maxsplit=1)[0] else name[0].upper() + name[1:]


def draws(network: Network, vocabulary: int, hidden: int, seeds: int, seed: int, input_scale: float = 1.0) -> Draws:
    """Draw the networks, each from a random stream of its own: more seeds leave the first ones as they were.

    Args:
        network: its kind; the activation makes no difference.
        vocabulary: V, the length of a one-hot input.
        hidden: H.
        seeds: S.
        seed: of all of them.
        input_scale: factor on W_xh.
    """
    made = model(network, vocabulary, hidden, 1)
    initialisation = Initialisation(MATRICES[network.matrix], 1.0)
    drawn = [made.draw(np.random.default_rng([seed, s]), initialisation) for s in range(seeds)]
    values = {name: np.stack([np.atleast_2d(each[name]) for each in drawn]) for name in drawn[0]}
    roles = {name: parameter.role for name, parameter in described(made.cells[0]).items()}
    for name, role in roles.items():
        if role == "input":
            values[name] = values[name] * input_scale
    recurrent, biases = (tuple(name for name in roles if roles[name] == role) for role in ("recurrent", "bias"))
    return Draws(values, recurrent, biases)


def gradient_norms(
    made: SequenceModel,
    drawn: Draws,
    radii: Sequence[float],
    batch: Batch,
    start: float = 0.0,
    dtype: str = "float64",
    tick: Tick = lambda _: None,
) -> Array:
    """Return ‖∂L_T/∂s_{T−k}‖ of all states together for k = 0 … T, (radii, S, T+1), in float64.

    Args:
        made: the network.
        drawn: its S draws.
        radii: spectral radii to which each draw's recurrent matrices are scaled.
        batch: one text window (T, 1).
        start: every entry of the initial states.
        dtype: float64 or float32.
        tick: takes the finished share.
    """
    seeds = len(drawn.values["W_hy"])
    scales, copies = np.repeat(radii, seeds), np.tile(np.arange(seeds), len(radii))
    norms = np.empty((len(scales), batch.length + 1))
    for chunk in _chunks(len(scales), _copy_size(made)):
        values = {name: stacked[copies[chunk]] for name, stacked in drawn.values.items()}
        for name in drawn.recurrent:
            values[name] *= scales[chunk, None, None]
        values = {name: value.astype(dtype) for name, value in values.items()}
        norms[chunk] = _norms(made, values, batch, start, dtype)
        tick(chunk.stop / len(scales))
    return norms.reshape(len(radii), seeds, -1)


def _copy_size(made: SequenceModel) -> int:
    """Return about how many numbers one copy of a network takes: weights with cotangents, and states over time."""
    hidden, width = made.cells[0].hidden_size, made.output_size
    gates = max(1, len(made.cells[0].gates))
    return 4 * gates * hidden * (hidden + 2 * width) + 12 * gates * made.pattern.steps * hidden


def _chunks(total: int, size: int) -> Iterator[slice]:
    each = max(1, _ENTRIES // size)
    for start in range(0, total, each):
        yield slice(start, min(start + each, total))


def _norms(made: SequenceModel, values: Mapping[str, Array], batch: Batch, start: float, dtype: str) -> Array:
    """Return the norms of P networks, (P, T+1), from one forward and one backward pass over all of them."""
    cell, copies = made.cells[0], len(values["W_hy"])
    first = {name: np.full((copies, 1, cell.hidden_size), start, dtype) for name in cell.states}
    # Networks that outgrow the dtype are sorted out afterwards.
    with np.errstate(all="ignore"):
        rollout = made.run(values, batch.one_hot(dtype), batch.targets, [first])
        states = [[at[name] for name in cell.states] for at in reversed(rollout.layers[0].states)]
        _hold_weights(rollout)
        wanted = [node for at in states for node in at]
        found = backward(rollout.tape, {rollout.loss: np.ones_like(rollout.loss.value)}, wanted)
        rows = (np.concatenate([found[node][:, 0, :] for node in at], axis=-1) for at in states)
        return np.stack([row_norms(each) for each in rows], axis=-1)


def _hold_weights(rollout: Rollout) -> None:
    """Make the weights constants of this tape: their gradients, which nobody asks for, would cost most of the time."""
    for used in (*rollout.layers[0].aliases, *rollout.readout.values()):
        for node in used.values():
            node.active = False


def row_norms(rows: Array) -> Array:
    """Return the Euclidean norm of each row in float64; scaled, so that squares neither vanish nor overflow.

    Args:
        rows: (P, H).
    """
    wide = rows.astype(np.float64)
    largest = np.max(np.abs(wide), axis=-1, keepdims=True)
    scale = np.where(largest > 0, largest, 1.0)
    return largest[:, 0] * np.sqrt(np.sum((wide / scale) ** 2, axis=-1))


def demand(option: str, given: str, known: Sequence[str]) -> None:
    """Refuse a name that is not known.

    Raises:
        UsageError: it is none of them.
    """
    if given not in known:
        raise UsageError(f"--{option} must be one of {', '.join(known)}, got {given!r}")
