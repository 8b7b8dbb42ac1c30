"""The graph of an ONNX file: its nodes, in their order, and the tensors that are stored with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bptt_viz.weights.elements import DamagedError, shortened
from bptt_viz.weights.formats.onnx.tensors import Tensor, tensor
from bptt_viz.weights.formats.onnx.wire import fields, number, piece, text

# Numbers of fields in ModelProto, GraphProto, NodeProto and AttributeProto (onnx/onnx.proto).
_MODEL_GRAPH, _PRODUCER, _PRODUCER_VERSION = 7, 2, 3
_NODE, _INITIALIZER = 1, 5
_INPUT, _OUTPUT, _NODE_NAME, _OP, _ATTRIBUTE, _DOMAIN = 1, 2, 3, 4, 5, 7
_NAME, _FLOAT, _INT, _TEXT, _TENSOR, _FLOATS, _INTS, _TEXTS = 1, 2, 3, 4, 5, 7, 8, 9
# Graphs of published models have a few thousand nodes; what is kept of one is many times its shortest message.
_MOST = 20_000
_MOST_ATTRIBUTES = 64

Attribute = int | str | memoryview | list[str] | None


@dataclass(frozen=True, slots=True)
class Node:
    """One operation.

    Attributes:
        op: its operator; with the domain in front unless that is ONNX's own.
        name: of this node, or of its first output if it has none.
        inputs: names of tensors; empty where one is left out.
        outputs: names of tensors.
        attributes: the others are not read.
    """

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]

    def input(self, place: int) -> str:
        """Return the name of an input; empty if it is left out."""
        return self.inputs[place] if place < len(self.inputs) else ""


class Graph:
    """A model's main graph.

    Attributes:
        nodes: in an order in which they can be computed.
        stored: tensors that are part of the file, by name, whether initializers or constants.
        texts: what the file says of the program that wrote it.
    """

    def __init__(self, model: memoryview) -> None:
        """Read a ModelProto.

        Raises:
            DamagedError: it is none, or has no graph, or a graph beyond all measure.
        """
        self.nodes: list[Node] = []
        self.stored: dict[str, Tensor] = {}
        self.texts: dict[str, str] = {}
        self._names = 0
        found = False
        for key, value in fields(model):
            if key == _MODEL_GRAPH:
                found = True
                self._read(piece(value))
            elif key in {_PRODUCER, _PRODUCER_VERSION}:
                self.texts["producer" if key == _PRODUCER else "version"] = text(value)
        if not found:
            raise DamagedError("it holds no graph of ONNX")

    @cached_property
    def made_by(self) -> dict[str, Node]:
        """The node that makes a tensor, by the tensor's name."""
        return {name: node for node in self.nodes for name in node.outputs}

    def readers(self, name: str) -> Iterator[Node]:
        """Yield the nodes that read a tensor."""
        yield from (node for node in self.nodes if name in node.inputs)

    def constant(self, name: str) -> Tensor | None:
        """Return a stored tensor, whatever copies of it stand between; None if the tensor is computed."""
        for _ in range(len(self.nodes) + 1):
            node = self.made_by.get(name)
            if name in self.stored or node is None or node.op != "Identity":
                return self.stored.get(name)
            name = node.input(0)
        return None

    def _read(self, graph: memoryview) -> None:
        for key, value in fields(graph):
            if key == _INITIALIZER:
                made = tensor(piece(value))
                self._count(1)
                self._store(made.name, made)
            elif key == _NODE:
                self._add(self._node(piece(value)))

    def _add(self, node: Node) -> None:
        for name in node.outputs:
            value = node.attributes.get("value")
            if node.op == "Constant" and isinstance(value, memoryview):
                self._store(name, tensor(value))
        self.nodes.append(node)

    def _store(self, name: str, made: Tensor) -> None:
        if name in self.stored:
            raise DamagedError(f"it has two tensors {shortened(name)}")
        self.stored[name] = made

    def _count(self, more: int) -> None:
        self._names += more
        if self._names > _MOST:
            raise DamagedError(f"its graph has more than {_MOST:,} nodes, tensors and names")

    def _node(self, message: memoryview) -> Node:
        inputs: list[str] = []
        outputs: list[str] = []
        attributes: dict[str, Attribute] = {}
        texts = {_NODE_NAME: "", _OP: "", _DOMAIN: ""}
        for key, value in fields(message):
            self._count(key in {_INPUT, _OUTPUT, _ATTRIBUTE, _OP})
            if key in {_INPUT, _OUTPUT}:
                (inputs if key == _INPUT else outputs).append(text(value))
            elif key in texts:
                texts[key] = text(value)
            elif key == _ATTRIBUTE:
                attributes |= _attribute(piece(value))
        domain = texts[_DOMAIN] if texts[_DOMAIN] not in {"", "ai.onnx"} else ""
        op = f"{domain}.{texts[_OP]}" if domain else texts[_OP]
        name = texts[_NODE_NAME] or (outputs[0] if outputs else op)
        return Node(op, name, tuple(inputs), tuple(outputs), attributes)


def _attribute(message: memoryview) -> dict[str, Attribute]:
    """Return an attribute by its name: an integer, a text, texts, or the bytes of a tensor or a number."""
    name, texts = "", []
    found: Attribute = None
    for key, value in fields(message):
        if key == _NAME:
            name = text(value)
        elif key == _INT:
            found = number(value)
        elif key == _TEXT:
            # Texts of other operators may be anything.
            found = str(piece(value)[:64], "utf-8", "replace")
        elif key in {_TENSOR, _FLOAT, _INTS}:
            found = piece(value) if not isinstance(value, int) else None
        elif key == _TEXTS:
            texts.append(str(piece(value)[:64], "utf-8", "replace"))
            if len(texts) > _MOST_ATTRIBUTES:
                raise DamagedError(f"the attribute {shortened(name)} has more than {_MOST_ATTRIBUTES} texts")
    return {name: texts or found}
