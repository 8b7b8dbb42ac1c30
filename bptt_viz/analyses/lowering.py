"""From recorded nodes to the operations that people write down: gates apart, slices and aliases gone, sums joined."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import Any

from bptt_viz.analyses.messages import Slot
from bptt_viz.analyses.notation import fill
from bptt_viz.ops.arithmetic import ADD, DIVIDE, MULTIPLY, POWER, SUBTRACT
from bptt_viz.ops.flow import ALIAS, STOP
from bptt_viz.ops.gating import GATES
from bptt_viz.ops.reductions import MEAN, SUM
from bptt_viz.ops.selection import WHERE
from bptt_viz.ops.shaping import CONCATENATE, EXPAND, RESHAPE
from bptt_viz.ops.slicing import AT_STEP, SLICE
from bptt_viz.tape import LEAF, Node

_FORMULAS = {
    "add": "{a} + {b}",
    "subtract": "{a} − {b}",
    "multiply": "{a} ⊙ {b}",
    "divide": "{a} / {b}",
    "matmul": "{a} {b}",
    "power": "{a} ^ {b}",
    "negate": "−{a}",
    "stop_gradient": "{a}",
}
_ELEMENTWISE = frozenset({ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, WHERE})


@dataclass(frozen=True, slots=True)
class Operand:
    """One value that an operation uses.

    Attributes:
        source: index of the operation that made the value.
        letter: its place in the operation's templates.
        rule: template of what goes back to it.
        slot: the recorded edge that this goes over.
        piece: name of the part of the value that is used; empty for the whole.
        cut: index of the slice that takes the part.
        is_gate: the operation is a gate, which activates this part alone.
    """

    source: int
    letter: str
    rule: str
    slot: Slot
    piece: str = ""
    cut: int = -1
    is_gate: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a computation as it is drawn and written.

    Attributes:
        node: the recorded node that holds its value.
        symbol: what a drawing writes into it; empty for what is given rather than computed.
        formula: template of its value.
        operands: what it uses.
        nickname: what its rule does, in a word or two.
    """

    node: Node
    symbol: str = ""
    formula: str = ""
    operands: tuple[Operand, ...] = ()
    nickname: str = ""

    @property
    def index(self) -> int:
        """Index of its node, by which operands name it."""
        return self.node.index


def lower(
    nodes: Sequence[Node], wanted: Collection[Node], names: Mapping[int, str] | None = None
) -> dict[int, Operation]:
    """Return the operations that make the wanted values, by index, in the order of recording.

    What comes from outside `nodes` is given: parents elsewhere on the tape, aliases of such parents, inputs.

    Args:
        nodes: a part of a tape, such as one time step, in order.
        wanted: the values to explain; each is the value of an operation of its own.
        names: by index, names to use for parts instead of the recorded ones.
    """
    lowering = _Lowering(nodes, {node.index for node in wanted}, names or {})
    for node in lowering.needed:
        lowering.add(node)
    return lowering.used()


@dataclass(frozen=True, slots=True)
class _Reference:
    """Where a recorded value is found: an operation and, if only a part is meant, its name and slice."""

    source: int
    piece: str = ""
    cut: int = -1


class _Lowering:
    def __init__(self, nodes: Sequence[Node], wanted: set[int], names: Mapping[int, str]) -> None:
        self.operations: dict[int, Operation] = {}
        self._names = names
        self._wanted = wanted
        self._inside = {node.index for node in nodes}
        self._found: dict[int, _Reference] = {}
        self._users: dict[int, list[Node]] = {}
        self.needed = self._select(nodes)

    def _select(self, nodes: Sequence[Node]) -> list[Node]:
        """Return the nodes that a wanted one depends on, and note who uses whom."""
        needed = set(self._wanted)
        for node in reversed(nodes):
            if node.index in needed and not self._is_given(node):
                for parent in node.parents:
                    needed.add(parent.index)
                    self._users.setdefault(parent.index, []).append(node)
        return [node for node in nodes if node.index in needed]

    def _is_given(self, node: Node) -> bool:
        passing = node.primitive in {ALIAS, STOP, AT_STEP}
        return not node.parents or (passing and node.parents[0].index not in self._inside)

    def add(self, node: Node) -> None:
        """Take one more node in."""
        if self._is_given(node):
            self._give(node)
        elif node.primitive is ALIAS and node.index not in self._wanted:
            self._found[node.index] = self._reference(node.parents[0])
        elif node.primitive in GATES:
            self._put(_gate(node, self._names.get(node.index, node.name), self._reference(node.parents[0])))
        elif node.primitive is EXPAND and node.index not in self._wanted:
            self._found[node.index] = self._reference(node.parents[0])
        elif node.primitive is SLICE and node.index not in self._wanted:
            self._found[node.index] = self._piece(node)
        elif self._changes_nothing(node):
            self._put(replace(self.operations.pop(self._reference(node.parents[0]).source), node=node))
        else:
            self._put(self._operation(node))

    def used(self) -> dict[int, Operation]:
        """Return the operations without numbers that were written into others."""
        sources = {operand.source for operation in self.operations.values() for operand in operation.operands}
        return {
            index: operation
            for index, operation in self.operations.items()
            if operation.symbol or index in sources or index in self._wanted
        }

    def _give(self, node: Node) -> None:
        self._put(Operation(node))

    def _put(self, operation: Operation) -> None:
        self.operations[operation.index] = operation
        self._found[operation.index] = _Reference(operation.index)

    def _reference(self, node: Node) -> _Reference:
        if node.index not in self._found:
            self._give(node)
        return self._found[node.index]

    def _piece(self, node: Node) -> _Reference:
        whole = self._reference(node.parents[0])
        name = self._names.get(node.index, node.name) or f"part {start(node.attributes['key'])}"
        return _Reference(whole.source, name, node.index)

    def _changes_nothing(self, node: Node) -> bool:
        """Tell whether the node only changes the shape of what one operation made for it alone."""
        if node.primitive not in {MEAN, SUM, RESHAPE} or node.value.size != node.parents[0].value.size:
            return False
        made = self.operations.get(self._reference(node.parents[0]).source)
        return made is not None and self._serves_only(made) and not made.node.name

    def _serves_only(self, operation: Operation) -> bool:
        """Tell whether the operation's value is computed here, used once, and wanted by nobody else."""
        users = self._users.get(operation.index, ())
        return bool(operation.symbol) and len(users) == 1 and operation.index not in self._wanted

    def _operation(self, node: Node) -> Operation:
        letters = ascii_lowercase[: len(node.parents)]
        numbers = {letter: scalar(parent) for letter, parent in zip(letters, node.parents, strict=False)}
        kept = {letter: f"{{{letter}}}" for letter in letters} | {k: text for k, text in numbers.items() if text}
        templates = kept | {"g": "{g}", "y": "{y}"}
        operands = [
            self._operand(node, slot, letter, fill(_rule(node, slot), templates))
            for slot, letter in enumerate(letters)
            if not numbers[letter]
        ]
        formula, rule = fill(_formula(node, letters), kept), node.primitive.nickname
        made = Operation(node, _symbol(node, numbers), formula, tuple(operands), rule)
        return self._joined(made) if node.primitive is ADD and len(operands) == 2 else made

    def _operand(self, node: Node, slot: int, letter: str, rule: str) -> Operand:
        parent = node.parents[slot]
        found = self._reference(parent)
        return Operand(found.source, letter, rule, (node.index, slot), found.piece, found.cut)

    def _joined(self, operation: Operation) -> Operation:
        """Take the operands of nameless sums that only serve this sum into it."""
        operands: list[Operand] = []
        for operand in operation.operands:
            inner = self.operations.get(operand.source)
            joins = inner is not None and inner.node.primitive is ADD and not inner.node.name and not operand.piece
            if inner is not None and joins and self._serves_only(inner) and len(inner.operands) > 1:
                operands += self.operations.pop(operand.source).operands
            else:
                operands.append(operand)
        lettered = tuple(replace(one, letter=letter) for one, letter in zip(operands, ascii_lowercase, strict=False))
        return replace(operation, formula=" + ".join(f"{{{one.letter}}}" for one in lettered), operands=lettered)


def _gate(node: Node, name: str, packed: _Reference) -> Operation:
    """Return a gate as the activation of its own part of the packed pre-activation."""
    base, mark, layer = name.partition("^")
    before = f"{base}{',' if '_' in base else '_'}raw{mark}{layer}"
    operand = Operand(packed.source, "a", node.primitive.rule[0], (node.index, 0), before, node.index, True)
    symbol = node.primitive.symbol
    return Operation(node, symbol, f"{symbol}({{a}})", (operand,), node.primitive.nickname)


def _formula(node: Node, letters: str) -> str:
    places = ", ".join(f"{{{letter}}}" for letter in letters)
    if node.primitive is CONCATENATE:
        return f"[{places}]"
    return _FORMULAS.get(node.primitive.name) or f"{node.primitive.symbol}({places})"


def _symbol(node: Node, numbers: dict[str, str]) -> str:
    """Return what is written into a round node; numbers among the operands are written there too."""
    symbol = node.primitive.symbol
    if not any(numbers.values()) or len(node.parents) != 2:
        return symbol
    left, right = numbers.values()
    return f"{left} {symbol} {right}".strip()


def _rule(node: Node, slot: int) -> str:
    """Return the template of what goes back to a parent, with the sum over rows where the parent was repeated."""
    rule = node.primitive.rule
    own = rule[slot] if slot < len(rule) - rule[-1].startswith("*") else rule[-1].removeprefix("*")
    repeated = node.primitive in _ELEMENTWISE and node.parents[slot].value.size < node.value.size
    if not repeated:
        return own
    # Rows n of the batch, or, where each row has places (N, L, H), the places i.
    return fill("Σ_i {g}" if node.value.ndim > 2 else "Σ_n {g}", {"g": own})


def scalar(node: Node) -> str:
    """Return a constant number as text, empty if the node is none."""
    constant = node.primitive is LEAF and not node.active and node.value.ndim == 0
    return f"{node.value.item():.3g}".replace("-", "−") if constant else ""


def start(key: tuple[Any, ...]) -> str:
    """Return where along the last axis a slice begins."""
    last = key[-1] if key else ""
    return str(last.start or 0) if isinstance(last, slice) else str(last)
