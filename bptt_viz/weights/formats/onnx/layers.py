"""Which layers an ONNX graph has: its recurrent operators, an embedding before and a readout behind them."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from bptt_viz.arrays import Array
from bptt_viz.weights.contents import Dense, Part, Recurrent, Table
from bptt_viz.weights.elements import shortened
from bptt_viz.weights.formats.onnx.graph import Graph, Node
from bptt_viz.weights.formats.onnx.operators import OPERATORS, called, obstacle, recurrent

# They move numbers, or make others of the same ones that do not matter where nothing is trained.
_ON_THE_WAY = {"Transpose", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Dropout", "Cast", "Flatten"}
# Of a readout's input some time steps may be left out.
_BEHIND = _ON_THE_WAY | {"Slice", "Gather"}
_BODIES = {"Loop", "Scan", "If"}


class Layers:
    """What a graph holds for us.

    Attributes:
        parts: the layers in the order in which data pass them.
        ignored: nodes that are not mapped, by name: why.
        obstacle: why the parts are no model of ours, as a sentence; empty if they are.
    """

    def __init__(self, graph: Graph, array: Callable[[str], Array]) -> None:
        """Look for the layers.

        Args:
            graph: a model's.
            array: returns a stored tensor's numbers by name.

        Raises:
            DamagedError: shapes do not fit.
        """
        self._graph, self._array = graph, array
        self.ignored = {
            shortened(node.name): f"{node.op}: what its body computes is not read"
            for node in graph.nodes
            if node.op in _BODIES
        }
        self.obstacle = ""
        recurrents = [node for node in graph.nodes if node.op in OPERATORS]
        found: list[Part] = [part for depth, node in enumerate(recurrents) for part in self._recurrent(node, depth)]
        for below, node in zip([None, *recurrents], recurrents, strict=False):
            found = [*self._before(node, below), *found]
        if not recurrents:
            self._hinder("it has no RNN, LSTM or GRU; only these operators are read")
        self.parts = (*found, *(self._readout(recurrents[-1]) if recurrents else ()))

    def _hinder(self, why: str) -> None:
        self.obstacle = self.obstacle or why

    def _recurrent(self, node: Node, depth: int) -> list[Recurrent]:
        self._hinder(obstacle(node))
        missing = [
            name for place in OPERATORS[node.op].inputs.values() if (name := node.input(place)) and not self._has(name)
        ]
        if missing:
            weight = shortened(missing[0])
            self._hinder(f"{called(node)} computes its weight {weight} from others; export it with constants folded")
            return []
        if node.input(4):
            self.ignored[shortened(node.input(4))] = (
                f"lengths of sequences of {called(node)}; here all are of one length"
            )
        self._look_at_starts(node)
        return recurrent(node, depth, self._array)

    def _look_at_starts(self, node: Node) -> None:
        """Note initial states of zeros, as exporters write them: nothing is left out with them."""
        for place in (5, 6):
            name = node.input(place)
            made = self._graph.made_by.get(name)
            name = made.input(0) if made is not None and made.op == "Expand" else name
            held = self._graph.constant(name)
            if held is not None and held.dtype and not self._array(name).any():
                self.ignored[shortened(name)] = f"initial states of {called(node)}: zeros, as here"

    def _has(self, name: str) -> bool:
        return self._graph.constant(name) is not None

    def _before(self, node: Node, below: Node | None) -> Iterator[Table]:
        """Look at what a recurrent operator reads; for the lowest one, yield the table of an embedding."""
        name, source = self._source(node.input(0))
        if below is not None:
            if source is not below or name != below.outputs[0]:
                self._hinder(
                    f"{called(node)} does not read the outputs of {called(below)} as they are; only stacks are mapped"
                )
            return
        if source is None:
            return
        table = self._graph.constant(source.input(0)) if source.op == "Gather" else None
        if table is not None and table.dtype and len(table.shape) == 2 and source.attributes.get("axis", 0) == 0:
            yield Table(shortened(source.input(0)), self._array(source.input(0)), {"E": source.input(0)})
        else:
            self.ignored[shortened(source.name)] = f"{source.op}: stands before the recurrent layers"

    def _source(self, name: str) -> tuple[str, Node | None]:
        """Return the tensor that another one is a rearrangement of, and what makes it; None if nothing does."""
        for _ in self._graph.nodes:
            node = self._graph.made_by.get(name)
            if node is None or node.op not in _ON_THE_WAY:
                return name, node
            name = node.input(0)
        return name, None

    def _readout(self, top: Node) -> list[Dense]:
        """Return the linear layer that reads the top layer, if there is one alone."""
        linear = [node for node in self._behind(top) if node.op in {"MatMul", "Gemm"}]
        found = [made for node in linear if (made := self._dense(node)) is not None]
        if len(found) == 1 and len(linear) == 1:
            return found
        for node in linear:
            self.ignored[shortened(node.name)] = f"{node.op}: no readout that is one linear layer"
        return []

    def _behind(self, top: Node) -> Iterator[Node]:
        """Yield the nodes that are computed from the top layer's outputs."""
        reached = set(filter(None, top.outputs))
        for node in self._graph.nodes:
            if not reached.isdisjoint(node.inputs):
                reached.update(node.outputs)
                yield node

    def _dense(self, node: Node) -> Dense | None:
        """Return a linear layer, or None if it multiplies something else than the recurrent outputs with a matrix."""
        name, source = self._straight(node.input(0))
        weight = self._graph.constant(node.input(1))
        if source is None or source.op not in OPERATORS or not name or weight is None or len(weight.shape) != 2:
            return None
        made = Dense(shortened(node.name), "columns", self._array(node.input(1)), names={"W": node.input(1)})
        if node.op == "Gemm":
            plain = node.attributes.keys() <= {"transB", "alpha", "beta", "transA"} and not node.attributes.get(
                "transA"
            )
            along = made.along if not node.attributes.get("transB") else "rows"
            return self._with_bias(replace(made, along=along), node.input(2)) if plain else None
        return self._with_bias(made, self._added(node.outputs[0]))

    def _straight(self, name: str) -> tuple[str, Node | None]:
        for _ in self._graph.nodes:
            node = self._graph.made_by.get(name)
            if node is None or node.op not in _BEHIND:
                return name, node
            name = node.input(0)
        return name, None

    def _added(self, name: str) -> str:
        """Return the name of a constant vector that is added to a tensor; empty if there is none."""
        for node in self._graph.readers(name):
            others = [other for other in node.inputs if other != name]
            if node.op == "Add" and len(others) == 1 and self._has(others[0]):
                return others[0]
        return ""

    def _with_bias(self, made: Dense, bias: str) -> Dense:
        held = self._graph.constant(bias)
        if held is None or len(held.shape) != 1:
            return made
        return replace(made, b=self._array(bias), names={**made.names, "b": bias})
