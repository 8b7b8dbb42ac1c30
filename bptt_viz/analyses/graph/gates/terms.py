"""Sums of products with weights, term by term: what a gate multiplies, sees through peepholes, or just adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bptt_viz.analyses.lowering import Operand, Operation
from bptt_viz.ops.arithmetic import ADD, MULTIPLY
from bptt_viz.ops.elementwise import ACTIVATIONS
from bptt_viz.ops.gating import GATES
from bptt_viz.ops.matmul import MATMUL
from bptt_viz.ops.shaping import CONCATENATE

Key = tuple[int, int]
"""A value: the index of its operation, and that of the slice of it which is meant, −1 for the whole."""

Way = Literal["value", "peephole", "aside"]
"""How a value gets into a layer: through its matrix, through weights of its own, or added behind the weights."""

_ACTIVATIONS = GATES | {activation.primitive for activation in ACTIVATIONS.values()}


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a sum: the value that is multiplied or added, and how."""

    source: Key
    way: Way


class Terms:
    """Tells layers, which have weights, from operations entry by entry, and takes their sums apart."""

    def __init__(self, operations: Mapping[int, Operation], peepholes: frozenset[int]) -> None:
        self._operations = operations
        self._peepholes = peepholes
        self._users: dict[int, int] = {}
        for operation in operations.values():
            for operand in operation.operands:
                self._users[operand.source] = self._users.get(operand.source, 0) + 1
        self._parametric: dict[int, bool] = {}
        self._terms: dict[int, list[Term]] = {}
        for index, operation in operations.items():  # in the order of computation
            found = [self._parametric[operand.source] for operand in operation.operands]
            self._parametric[index] = all(found) if found else operation.node.scope.role == "parameter"
            self._terms[index] = self._taken_apart(operation)

    def is_activation(self, operation: Operation) -> bool:
        """Tell whether the operation is a function that gates and candidates have."""
        return operation.node.primitive in _ACTIVATIONS

    def is_layer(self, key: Key) -> bool:
        """Tell whether a value is made by weights: a sum of products with them, activated or not."""
        operation = self._operations[key[0]]
        if self.is_activation(operation):
            return any(term.way != "aside" for term in self._sum(operation.operands[0]))
        return self._is_linear(operation.index)

    def of_layer(self, key: Key) -> list[Term]:
        """Return a layer's terms; where none goes through a matrix, those with weights of their own do as one."""
        operation = self._operations[key[0]]
        found = self._sum(operation.operands[0]) if self.is_activation(operation) else self._terms[operation.index]
        if any(term.way == "value" for term in found):
            return found
        return [Term(term.source, "value") if term.way == "peephole" else term for term in found]

    def sources(self, key: Key) -> list[Key]:
        """Return the values that a part needs from others; parameters are in the part."""
        if self.is_layer(key):
            return list(dict.fromkeys(term.source for term in self.of_layer(key)))
        return [self._key(operand) for operand in self._others(self._operations[key[0]])]

    def parameters(self, key: Key) -> tuple[int, ...]:
        """Return the indices of the parameters that take part in making a value from its sources."""
        found: dict[int, None] = {}
        ends = {index for index, _ in self.sources(key)}
        waiting = [key[0]]
        while waiting:
            operation = self._operations[waiting.pop()]
            if operation.node.scope.role == "parameter":
                found[operation.index] = None
            waiting += [one.source for one in reversed(operation.operands) if one.source not in ends]
        return tuple(found)

    def _others(self, operation: Operation) -> list[Operand]:
        """Return the operands that do not come from parameters alone."""
        return [operand for operand in operation.operands if not self._parametric[operand.source]]

    def _key(self, operand: Operand) -> Key:
        """Return the value that an operand is; slices are told apart where the weights can be cut with them."""
        return operand.source, operand.cut if self._is_linear(operand.source) else -1

    def _is_linear(self, index: int) -> bool:
        """Tell whether a value is a sum of nothing but products with matrices."""
        found = self._terms[index]
        return bool(found) and all(term.way == "value" for term in found)

    def _sum(self, operand: Operand) -> list[Term]:
        """Return the terms of an operand: those of a sum that is made for it alone or has nothing but matrices."""
        index = operand.source
        if self._users[index] == 1 or self._is_linear(index) or self._parametric[index]:
            return self._terms[index]
        return [Term(self._key(operand), "aside")]

    def _taken_apart(self, operation: Operation) -> list[Term]:
        others, primitive = self._others(operation), operation.node.primitive
        if self._parametric[operation.index]:
            return []
        if operation.symbol and primitive is ADD:
            return [term for operand in others for term in self._sum(operand)]
        if operation.symbol and primitive in {MATMUL, MULTIPLY} and len(operation.operands) == 2 and len(others) == 1:
            weights = {operand.source for operand in operation.operands}
            through: Way = "peephole" if primitive is MULTIPLY or self._peepholes & weights else "value"
            return [Term(source, through) for source in self._stacked(others[0])]
        return [Term((operation.index, -1), "aside")]

    def _stacked(self, operand: Operand) -> list[Key]:
        """Return the values that an operand puts side by side, or the operand itself."""
        operation = self._operations[operand.source]
        if operation.symbol and operation.node.primitive is CONCATENATE:
            return [self._key(one) for one in self._others(operation)]
        return [self._key(operand)]
