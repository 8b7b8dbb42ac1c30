"""A recorded forward and backward pass as a list of calls on fixed memory, to be run again with other numbers.

Recording costs more than computing where a step is small. What all time steps record alike is found out once
(`families`), ordered so that only what feeds back on itself goes step by step (`order`), and written down as calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.compiled.backward import Backward
from bptt_viz.compiled.families import Family, IrregularError, families, in_time, name_of, origin
from bptt_viz.compiled.forward import forward_calls
from bptt_viz.compiled.kernels import Call
from bptt_viz.compiled.memory import Values
from bptt_viz.compiled.rewriting import ordered
from bptt_viz.ops.softmax import CROSS_ENTROPY
from bptt_viz.tape import LEAF, Node, Tape


@dataclass(frozen=True, slots=True)
class Recorded:
    """What of a tape a program is made for.

    Attributes:
        tape: the recorded pass; nothing in it may stop a gradient.
        parameters: leaves by name, whose arrays the program reads wherever they lie when it is made.
        inputs: further leaves by name, which are given anew for each run; leaves that are in neither are constants.
        losses: by time step, without gaps; the program's outcome.
        states: nodes by name, such as a layer's last state; the values of all steps' like them are wanted.
    """

    tape: Tape
    parameters: Mapping[str, Node]
    inputs: Mapping[str, Node]
    losses: Mapping[int, Node]
    states: Mapping[str, Node]


class Program:
    """A pass that can be run again.

    Attributes:
        losses: each step's loss (T,), once it has run.
        gradients: of every parameter and of every input that the losses depend on, by name.
        states: the wanted values of all steps (T, …), by name.
        constants: named constants of the steps, such as dropout masks, by `name_of`: (T, …) where each step has
            its own, else one array for all. Change them in place and the next run sees it.
        state_gradients: their cotangents, where the losses depend on them and a parameter acts through them.

    All of them lie in memory of the program's own, which the next run overwrites.
    """

    def __init__(
        self, recorded: Recorded, values: Mapping[str, Array], gradients: Mapping[str, Array] | None = None
    ) -> None:
        """Compile.

        Args:
            recorded: the pass.
            values: the parameters' arrays by name; change them in place and the next run sees it.
            gradients: zeros by name, in which to leave the parameters' gradients; memory of its own if left out.

        Raises:
            IrregularError: its time steps are not alike, or something is computed outside of them.
        """
        nodes = _ancestors(recorded)
        _demand_regular(nodes)
        found = families(nodes)
        of = {node: family for family in found for node in family.nodes}
        losses = _one_family(recorded, of)
        states = {name: of[origin(node)] for name, node in recorded.states.items()}
        given = {node: values[name] for name, node in recorded.parameters.items()}
        self._inputs = {name: node.value.copy() for name, node in recorded.inputs.items()}
        given |= {node: self._inputs[name] for name, node in recorded.inputs.items()}
        within = [node for node in nodes if node.primitive is LEAF and in_time(node) and node.name and node not in of]
        alike = {name_of(node): node.value.copy() for node in within}
        given |= {node: alike[name_of(node)] for node in within}
        each = {name_of(family.nodes[0]): family.attributes["value"] for family in found if family.primitive is LEAF}
        self.constants = alike | each
        self._targets = [family for family in found if family.primitive is CROSS_ENTROPY]
        memory = Values(given)
        order = ordered(found, {losses, *states.values()})
        named = {**recorded.parameters, **recorded.inputs}
        wanted = {node for node in named.values() if node.active}
        back = Backward(memory, wanted, {named[name]: array for name, array in (gradients or {}).items()})
        self._calls: list[Call] = forward_calls(order, memory) + back.calls(order, losses)
        self._seeds = back.seeds
        self.losses = memory.own(losses)
        self.states = {name: memory.own(family) for name, family in states.items()}
        self.state_gradients = {
            name: cotangents for name, family in states.items() if (cotangents := back.of(family)) is not None
        }
        self.gradients = {name: back.gradient(node) for name, node in named.items()}

    def run(
        self, inputs: Mapping[str, Array], targets: Array, seeds: Array | float = 1.0, mask: Array | float = 1.0
    ) -> Array:
        """Run forward and backward.

        Args:
            inputs: by name, of the shapes that were recorded.
            targets: the true classes (T, N) where the losses are cross-entropies.
            seeds: the cotangent of each step's loss (T,), or one for all.
            mask: the weight of each row's cross-entropy (T, N), or one for all.

        Returns:
            Each step's loss (T,), in memory that the next run overwrites.
        """
        for name, array in self._inputs.items():
            np.copyto(array, inputs[name])
        for family in self._targets:
            inside = slice(family.first - 1, family.last)
            np.copyto(family.attributes["targets"], targets[inside])
            np.copyto(family.attributes["mask"], mask[inside] if isinstance(mask, np.ndarray) else mask)
        np.copyto(self._seeds, seeds)
        with np.errstate(over="ignore"):
            for call, arguments in self._calls:
                call(*arguments)
        return self.losses


def _ancestors(recorded: Recorded) -> list[Node]:
    """Return what losses and states depend on, in the order of the tape."""
    wanted = {*recorded.losses.values(), *recorded.states.values()}
    for node in reversed(recorded.tape.nodes):
        if node in wanted:
            wanted.update(node.parents)
    return [node for node in recorded.tape.nodes if node in wanted]


def _demand_regular(nodes: list[Node]) -> None:
    for node in nodes:
        if node.primitive.name == "stop_gradient":
            raise IrregularError(f"{node!r} stops the gradient")
        if in_time(node) or node.primitive.transparent:
            continue
        if node.primitive is not LEAF:
            raise IrregularError(f"{node!r} is computed outside of the time steps")


def _one_family(recorded: Recorded, of: Mapping[Node, Family]) -> Family:
    found = {of[origin(node)] for node in recorded.losses.values()}
    if len(found) != 1 or {len(family.steps) for family in found} != {len(recorded.losses)}:
        raise IrregularError("the losses of the time steps are not computed alike")
    return found.pop()
