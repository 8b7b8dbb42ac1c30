"""A network from a file played on a sequence, direction by direction, with the gradients of everything in it."""

import numpy as np

from bptt_viz.cells import discover_cells
from bptt_viz.tape import backward
from tests.oracles.recording import record


class Played:
    """Each direction of each layer is recorded alone; what joins them is one line of NumPy, here and in `gradients`."""

    def __init__(self, network, x, starts=None):
        """x (T, N, D), or codes (T, N) for a network with a table; initial states by name, one a direction."""
        self.network, self.codes = network, x
        given = x if network.table is None else network.table[x]
        self.runs = []
        for depth in range(network.layers):
            ways = [network.forward[depth], *network.backward[depth : depth + 1]]
            runs = [_recorded(network, values, given, way, starts) for way, values in enumerate(ways)]
            given = np.concatenate([_outputs(run)[:: 1 - 2 * way] for way, run in enumerate(runs)], axis=-1)
            self.runs.append(runs)
        self.top = given

    @property
    def scores(self):
        return self.top @ self.network.readout["W_hy"] + self.network.readout["b_y"]

    def gradients(self, cotangent):
        """The gradient of everything, from the cotangent of the outputs, or of the scores if there is a readout."""
        found = {}
        if self.network.readout:
            found["W_hy"] = np.einsum("tnh,tnv->hv", self.top, cotangent)
            found["b_y"] = cotangent.sum((0, 1))
            cotangent = cotangent @ self.network.readout["W_hy"].T
        for depth, runs in reversed(list(enumerate(self.runs))):
            below = 0
            for way, (run, own) in enumerate(zip(runs, np.split(cotangent, len(runs), axis=-1), strict=True)):
                leaves = run.layers[0].parameters
                seeds = dict(zip(run.tops, own[:: 1 - 2 * way], strict=True))
                slopes = backward(run.tape, seeds, [run.x, *leaves.values()])
                below = below + slopes[run.x][:: 1 - 2 * way]
                found |= {(name, depth, way): slopes[node] for name, node in leaves.items()}
            cotangent = below
        found["x"] = cotangent
        if self.network.table is not None:
            found["E"] = np.zeros_like(self.network.table)
            np.add.at(found["E"], self.codes, cotangent)
        return found


def _recorded(network, values, given, way, starts):
    make = discover_cells()[network.cell]
    cell = make(given.shape[-1], network.hidden, **network.settings)
    zero = np.zeros((given.shape[1], network.hidden))
    start = {name: starts[name][way] if starts else zero for name in cell.states}
    return record([cell], [values], given[:: 1 - 2 * way], [start])


def _outputs(run):
    return np.stack([top.value for top in run.tops])


def arranged(columns, order):
    """Put blocks of the last axis in another order."""
    blocks = np.split(columns, len(order), axis=-1)
    return np.concatenate([blocks[k] for k in order], axis=-1)
