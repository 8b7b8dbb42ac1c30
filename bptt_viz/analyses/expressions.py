"""How values and cotangents read: formulas forward, and backward from each primitive's symbolic rule."""

from collections.abc import Iterable, Mapping, Sequence

from bptt_viz.analyses.lowering import Operand, Operation
from bptt_viz.analyses.messages import Slot
from bptt_viz.analyses.notation import fill, is_sum, total

# A value without a name is called by its formula if that is not longer; else it gets a letter.
_LONGEST_NAME = 16
# A cotangent that goes on to one place only is written out there if it is not longer.
_LONGEST_INLINE = 36


class Expressions:
    """How the values of some operations and their cotangents read.

    Attributes:
        values: by operation, the value's name or short formula.
        formulas: by operation, the formula that it computes; its name for what is given.
        cotangents: by operation, the cotangent's name, or its formula where it needs no name.
        sums: by operation, what the cotangent is the sum of.
        messages: by recorded edge, what goes back over it.
        pieces: by operation, the names of the parts that its value is cut into, if it is.
    """

    def __init__(
        self, operations: Mapping[int, Operation], names: Mapping[int, str], outside: Mapping[int, Sequence[str]]
    ) -> None:
        """Work all expressions out.

        Args:
            operations: by index, in the order of computation.
            names: the names that operations' values have.
            outside: by operation, what comes back from users that are not among them.
        """
        self._operations = operations
        self._outside = outside
        self.pieces = _pieces(operations.values())
        self._work_out(names)
        invented = [index for index in operations if index in self._named and index not in names]
        if len(invented) > 1:
            # Which values need a name shows only on the way back; number them in the order of computation.
            found = {index: self.values[index] for index in invented}
            letters = dict(zip(invented, sorted(found.values(), key=_numbered), strict=True))
            self._work_out(dict(names) | letters)

    def _work_out(self, names: Mapping[int, str]) -> None:
        operations = self._operations
        self.values: dict[int, str] = {index: name for index, name in names.items() if index in operations}
        self.formulas: dict[int, str] = {}
        self.cotangents: dict[int, str] = {}
        self.sums: dict[int, str] = {}
        self.messages: dict[Slot, str] = {}
        self._named = set(self.values)
        self._taken = set(names.values())
        for operation in operations.values():
            self._read_forward(operation)
        incoming: dict[int, list[tuple[Operand, str]]] = {index: [] for index in operations}
        for operation in reversed(list(operations.values())):
            self._read_backward(operation, incoming, self._outside.get(operation.index, ()))

    def message(self, operand: Operand) -> str:
        """Return what goes back over an operand's edge."""
        return self.messages[operand.slot]

    def operand(self, operand: Operand) -> str:
        """Return how a value reads where it is used: a part by the part's name."""
        return operand.piece or self.values[operand.source]

    def is_named(self, operation: Operation) -> bool:
        """Tell whether the value has a name rather than a formula."""
        return operation.index in self._named

    def _read_forward(self, operation: Operation) -> None:
        index = operation.index
        operands = {one.letter: self.operand(one) for one in operation.operands}
        formula = fill(operation.formula, operands) or self.values.get(index, operation.node.name or "constant")
        self.formulas[index] = formula
        if index in self._named:
            return
        if index in self.pieces:
            self._name(index, f"a{_common_suffix(self.pieces[index])}")
        elif len(formula) <= _LONGEST_NAME:
            self.values[index] = formula
        else:
            self._name(index, "u")

    def _name(self, index: int, wished: str) -> None:
        """Give a value a name that no other has."""
        tried = [wished, *(f"{wished[0]}_{k}" for k in range(2, len(self._taken) + 3))]
        name = next(name for name in tried if name not in self._taken)
        self._taken.add(name)
        self._named.add(index)
        self.values[index] = name

    def _read_backward(
        self, operation: Operation, incoming: dict[int, list[tuple[Operand, str]]], outside: Sequence[str]
    ) -> None:
        index = operation.index
        self.sums[index] = total([*_gathered(incoming[index]), *outside])
        gradient = self.cotangents[index] = self._cotangent(index)
        values = {one.letter: self.operand(one) for one in operation.operands}
        for operand in reversed(operation.operands):
            texts = values | {"g": gradient, "y": self.values[index]}
            text = "0" if gradient == "0" else fill(operand.rule, texts)
            self.messages[operand.slot] = text
            incoming[operand.source].insert(0, (operand, text))

    def _cotangent(self, index: int) -> str:
        found = self.sums[index]
        if found == "0" or (index not in self._named and len(found) <= _LONGEST_INLINE and not is_sum(found)):
            return found
        if index not in self._named:
            self._name(index, "u")
        return f"d{self.values[index]}"


def _numbered(name: str) -> tuple[str, int]:
    letter, _, number = name.partition("_")
    return letter, int(number) if number.isdigit() else 0


def _pieces(operations: Iterable[Operation]) -> dict[int, list[str]]:
    """Return the names of the parts that values are cut into, in the order of cutting, by the values' operations."""
    found: dict[int, dict[int, str]] = {}
    for operation in operations:
        for operand in operation.operands:
            if operand.piece:
                found.setdefault(operand.source, {})[operand.cut] = operand.piece
    return {source: [parts[cut] for cut in sorted(parts)] for source, parts in found.items()}


def _common_suffix(pieces: Sequence[str]) -> str:
    """Return `_x` for pieces such as r_x, z_x and n_x."""
    ends = {piece.rpartition("_")[2] if "_" in piece else "" for piece in pieces}
    (end,) = ends if len(ends) == 1 else ("",)
    return f"_{end}" if end not in {"", "raw"} else ""


def _gathered(incoming: Sequence[tuple[Operand, str]]) -> list[str]:
    """Return what comes back to a value: from its users one by one, from the users of its parts in one bracket."""
    parts: dict[int, list[str]] = {}
    for operand, text in incoming:
        if operand.piece:
            parts.setdefault(operand.cut, []).append(_part(operand, text))
    whole = [text for operand, text in incoming if not operand.piece]
    return [f"[{', '.join(total(parts[cut]) for cut in sorted(parts))}]", *whole] if parts else whole


def _part(operand: Operand, text: str) -> str:
    """Return a gate's share by its name, since its own edge says what that is."""
    return f"d{operand.piece}" if operand.is_gate else text
