"""Pickles as data: their opcodes are followed, nothing in them is imported, called or run.

Python's own unpickler imports what it is told to, and a memo number in a damaged file lets it allocate gigabytes. This
machine knows the opcodes that `torch.save` writes (pickle protocol 2 to 4) and a list of names; each name stands for a
function of ours, which makes plain data.
"""

import io
import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bptt_viz.weights.elements import DamagedError, shortened

Maker = Callable[..., Any]
"""Makes plain data of the arguments with which a pickle calls a name."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a pickle would import; here a text with what stands for it."""

    text: str
    make: Maker | None


class ForeignError(DamagedError):
    """A pickle names something that is not on the list.

    Attributes:
        name: what it names, `module.attribute`.
    """

    def __init__(self, name: str) -> None:
        """Say what it names."""
        super().__init__(f"it holds a Python object, {shortened(name)}")
        self.name = name


_CONSTANTS: Mapping[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_SET": set,
}
_LITERALS = frozenset(
    {"BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"}
    | {"SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "SHORT_BINSTRING", "BINSTRING"}
)
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_LONGEST_NUMBER = 1024
# A list of no elements is one byte here and 56 in memory, so that a pickle alone says nothing of the memory it takes. A
# tensor takes about 30 instructions, and with its storage at least 1,500 bytes of any file that is worth reading.
_ALWAYS_FINE = 10_000
_BYTES_AN_INSTRUCTION = 50


class _Machine:
    """A stack, a memo, and what each opcode does to them."""

    def __init__(self, names: Mapping[str, Maker | None], persistent: Callable[[Any], Any]) -> None:
        self.stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self._names, self._persistent = names, persistent

    def step(self, opcode: str, argument: Any) -> None:
        """Follow one opcode.

        Raises:
            DamagedError: it is none of those that hold data.
        """
        if opcode in _CONSTANTS:
            self.stack.append(_CONSTANTS[opcode]())
        elif opcode in _LITERALS:
            self._literal(argument)
        elif opcode in _TUPLES:
            self.stack.append(self._cut(len(self.stack) - _TUPLES[opcode]))
        elif (act := getattr(self, f"on_{opcode.lower()}", None)) is not None:
            act(argument)
        elif opcode not in {"PROTO", "FRAME"}:
            raise DamagedError(f"its pickle has the instruction {opcode}, which is more than data")

    def _cut(self, start: int) -> tuple[Any, ...]:
        if start < (self._marks[-1] if self._marks else 0):
            raise DamagedError("its pickle takes more than it has")
        taken = tuple(self.stack[start:])
        del self.stack[start:]
        return taken

    def _pop_one(self) -> Any:
        return self._cut(len(self.stack) - 1)[0]

    def _to_mark(self) -> tuple[Any, ...]:
        if not self._marks:
            raise DamagedError("its pickle takes more than it has")
        taken = self._cut(self._marks[-1])
        self._marks.pop()
        return taken

    def _literal(self, argument: Any) -> None:
        if isinstance(argument, int) and argument.bit_length() > _LONGEST_NUMBER:
            raise DamagedError("its pickle has a number without end")
        self.stack.append(argument)

    def on_mark(self, _: Any) -> None:
        self._marks.append(len(self.stack))

    def on_tuple(self, _: Any) -> None:
        self.stack.append(self._to_mark())

    def on_binput(self, place: int) -> None:
        self._memo[place] = self._top(object)

    on_long_binput = on_binput

    def on_memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._top(object)

    def on_binget(self, place: int) -> None:
        if place not in self._memo:
            raise DamagedError("its pickle refers to what is not there")
        self.stack.append(self._memo[place])

    on_long_binget = on_binget

    def _top(self, kind: type) -> Any:
        if not self.stack or not isinstance(self.stack[-1], kind):
            raise DamagedError("its pickle fills what is no container")
        return self.stack[-1]

    def on_append(self, _: Any) -> None:
        value = self._pop_one()
        self._top(list).append(value)

    def on_appends(self, _: Any) -> None:
        values = self._to_mark()
        self._top(list).extend(values)

    def on_additems(self, _: Any) -> None:
        values = self._to_mark()
        self._top(set).update(values)

    def on_setitem(self, _: Any) -> None:
        key, value = self._cut(len(self.stack) - 2)
        self._top(dict)[key] = value

    def on_setitems(self, _: Any) -> None:
        values = self._to_mark()
        self._top(dict).update(zip(values[::2], values[1::2], strict=True))

    def on_global(self, argument: str) -> None:
        self._named(argument.replace(" ", ".", 1))

    def on_stack_global(self, _: Any) -> None:
        module, attribute = self._cut(len(self.stack) - 2)
        self._named(f"{module}.{attribute}")

    def _named(self, name: str) -> None:
        if name not in self._names:
            raise ForeignError(name)
        self.stack.append(Name(name, self._names[name]))

    def on_reduce(self, _: Any) -> None:
        called, arguments = self._cut(len(self.stack) - 2)
        if not isinstance(called, Name) or called.make is None or not isinstance(arguments, tuple):
            raise DamagedError("its pickle calls what is no function")
        self.stack.append(called.make(*arguments))

    def on_build(self, _: Any) -> None:
        """Leave out what is set on a dictionary: `state_dict()` notes versions there."""
        self._pop_one()
        self._top(dict)

    def on_binpersid(self, _: Any) -> None:
        self.stack.append(self._persistent(self._pop_one()))


def followed(data: bytes, size: int, names: Mapping[str, Maker | None], persistent: Callable[[Any], Any]) -> Any:
    """Return what a pickle describes, as dictionaries, lists, tuples, numbers, texts, and what `names` make.

    Args:
        data: the pickle.
        size: of the whole file, in bytes: it bounds the number of instructions.
        names: what may be named, `module.attribute`, with what makes plain data in its place; None for a name that is
            an argument only.
        persistent: makes data of a persistent identifier.

    Raises:
        ForeignError: it names something else.
        DamagedError: it does something else than describe data.
    """
    machine, most = _Machine(names, persistent), _ALWAYS_FINE + size // _BYTES_AN_INSTRUCTION
    for number, (opcode, argument, _) in enumerate(pickletools.genops(io.BytesIO(data))):
        if opcode.name == "STOP":
            break
        if number > most:
            raise DamagedError(f"its pickle has more than {most:,} instructions, too many for its size")
        machine.step(opcode.name, argument)
    if len(machine.stack) != 1:
        raise DamagedError("its pickle ends with more or less than one value")
    return machine.stack[0]
