"""A target's code at given sizes: forward passes, each from a fresh start, with the backward pass after them."""

import copy
import random
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from bptt_viz.targets.declaration import Call, Target
from bptt_viz.targets.roles import Roles
from bptt_viz.targets.run.attributes import argument_paths, attribute_paths, beside, read, replaced, write
from bptt_viz.targets.run.binding import given, literal, taken_apart
from bptt_viz.targets.run.dependents import compute, dependents
from bptt_viz.targets.run.loading import Loaded
from bptt_viz.targets.run.losses import computed
from bptt_viz.targets.run.own_numpy import buffers_for
from bptt_viz.targets.run.raised import Phase, attempted
from bptt_viz.targets.run.truncations import OUT_OF_REACH, put_out_of_reach, truncations_of

_SEED = 0


class Code:
    """What a target declares, ready to be called.

    Attributes:
        target: the declaration.
        roles: what its names stand for.
        loaded: the module.
        sizes: what each letter stands for.
        untruncated: whether whatever the code calls a truncation is put out of reach.
        notes: what the code was seen to do besides computing, in order.
        single: what came back in less than double precision.
    """

    def __init__(
        self, target: Target, roles: Roles, loaded: Loaded, sizes: Mapping[str, int], untruncated: bool = False
    ) -> None:
        self.target = target
        self.roles = roles
        self.loaded = loaded
        self.sizes = dict(sizes)
        self.untruncated = untruncated
        self.notes: dict[str, None] = {}
        self.single: dict[str, None] = {}
        self.constants = {name: literal(value, sizes) for name, value in target.constants.items()}
        in_module = target.object is None and not target.update
        self.held_by_module = attribute_paths(target.parameters) if in_module else {}
        changed = {*target.globals, *target.forward.globals, *(path[0][1] for path in self.held_by_module.values())}
        self.dependents = dependents(loaded.assigned, changed)
        axes = {name: spec.axes[:1] for name, spec in target.shapes.items()}
        self.sequences = {name for name, first in axes.items() if target.steps and first == (target.steps,)}
        self.globals = {name: literal(value, sizes) for name, value in target.globals.items()}

    def forward(self, values: Mapping[str, Any], watched: bool = False, rate: float = 1.0) -> "Pass":
        """Run a forward pass from a fresh start.

        Args:
            values: the inputs by name, real, complex or dual; they are copied.
            watched: note what the code changes in place, here and in the backward pass.
            rate: the learning rate, where backward changes the weights itself.

        Raises:
            Raised: the code raised something.
            Unfit: what came back is not what the declaration says.
        """
        self.loaded.restore()
        if self.untruncated:
            put_out_of_reach(vars(self.loaded.module))
        random.seed(_SEED)
        np.random.seed(_SEED)
        return Pass(self, values, watched, rate)

    def called(self, phase: Phase, call: Call, owner: Any, values: Mapping[str, Any], held: str = "real") -> Any:
        """Call a function of the module, or a method of an object, and return its result and its arguments.

        Args:
            phase: what it is.
            call: as declared.
            owner: the object, for a method.
            values: by name.
            held: which numbers the arrays that the code makes shall hold: `real`, `complex` or `dual`.

        Raises:
            Raised: it raised something, or is not there.
        """
        file = str(self.loaded.module.__file__)
        function = attempted(phase, file, self.target.file, lambda: self._found(call, owner))
        positional, keyword = given(call.arguments, values, self.sizes, vars(self.loaded.module))
        if self.untruncated:
            keyword |= {name: OUT_OF_REACH for name in truncations_of(function) if name not in keyword}
        result = attempted(
            phase, file, self.target.file, lambda: self._run(held, lambda: function(*positional, **keyword))
        )
        return result, (positional, keyword)

    def _run(self, held: str, call: Any) -> Any:
        with buffers_for(held), np.errstate():  # so that what it sets ends with it
            return call()

    def _found(self, call: Call, owner: Any) -> Any:
        found = self.loaded.module if owner is None else owner
        holder = call.owner.split(".") if call.owner and call.owner != "self" else []
        for name in (*holder, *call.name.split(".")):
            if not hasattr(found, name):
                raise NameError(f"{name} is not there{self.loaded.why_missing(name)}")
            found = getattr(found, name)
        return found

    def note(self, sentence: str) -> None:
        """Keep a sentence, once."""
        self.notes.setdefault(sentence)


class Pass:
    """One forward pass, and what a backward pass may start from.

    Attributes:
        returned: what forward returned, by name.
    """

    def __init__(self, code: Code, values: Mapping[str, Any], watched: bool, rate: float) -> None:
        self._code, self._rate = code, rate
        self._start = values
        self._given: dict[str, Any] = {name: value.copy() for name, value in values.items()}
        for name, constant in code.constants.items():
            self._given.setdefault(name, copy.deepcopy(constant))
        if code.target.update:
            self._given[code.target.update] = rate
        held = _held(values)
        self._watched = watched
        self._set_globals()
        self._object = self._fresh_object(held)
        self._given |= self._before(held)
        self.returned = self._by_step(held) if code.target.steps else self._forward(self._given, held)
        for loss in code.target.losses:
            self.returned["loss"] = computed(loss, {**self._given, **self.returned}, code.target.shapes)
        self._look("forward")

    def backward(self, upstreams: Mapping[str, Any]) -> dict[str, Any]:
        """Run the backward pass and return what it gives for each input that it gives something for.

        Args:
            upstreams: cotangents by output, in the outputs' own form; those that backward does not take are not needed.

        Raises:
            Raised: the code raised something.
            Unfit: what came back is not what the declaration says.
        """
        call, roles = self._code.target.backward, self._code.roles
        if call is None:
            return self._gradients(self.returned)
        upstream = {name: copy.deepcopy(upstreams[output]) for name, output in roles.upstreams.items()}
        if self._code.target.steps:
            return self._gradients(self._backward_by_step(call, upstream))
        result = self._call("backward", call, {**self.returned, **self._given, **upstream})
        for name, output in roles.upstreams.items():
            if self._watched and not same(upstream[name], upstreams[output]):
                self._code.note(f"backward changes {name} in place")
        self._look("backward")
        return self._gradients(taken_apart(call.returns, result, call.name))

    def _call(self, phase: Phase, call: Call, values: Mapping[str, Any], held: str = "real") -> Any:
        owner = self._object if call.owner == "self" else None
        if phase == "backward" and callable(self.returned.get(call.name)):  # a closure, which forward returned
            owner = SimpleNamespace(**{call.name: self.returned[call.name]})
        result, arguments = self._code.called(phase, call, owner, values, held)
        if phase == "forward":
            self._arguments = arguments
        return result

    def _before(self, held: str) -> dict[str, Any]:
        """Make the call that comes before forward's, and return what it returned."""
        first = self._code.target.first
        result = self._call("forward", first, self._given, held) if first is not None else None
        return taken_apart(first.returns, result, first.name) if first is not None else {}

    def _forward(self, values: Mapping[str, Any], held: str) -> dict[str, Any]:
        call = self._code.target.forward
        return taken_apart(call.returns, self._call("forward", call, values, held), call.name)

    def _by_step(self, held: str) -> dict[str, Any]:
        """Call forward once a step, and return lists of what it returned."""
        steps = [self._forward(self._at(t), held) for t in range(self._code.sizes[self._code.target.steps])]
        return {name: [step[name] for step in steps] for name in steps[0]}

    def _backward_by_step(self, call: Call, upstream: Mapping[str, Any]) -> dict[str, Any]:
        """Call backward once a step in reverse, and return lists of what it returned, in the order of time."""
        found: list[dict[str, Any]] = []
        for t in reversed(range(len(next(iter(self.returned.values()))))):
            returned = {name: value[t] for name, value in self.returned.items()}
            given = {name: value[t] for name, value in upstream.items()}
            result = self._call("backward", call, {**returned, **self._at(t), **given})
            found.insert(0, taken_apart(call.returns, result, call.name))
        return {name: [step[name] for step in found] for name in found[0]}

    def _at(self, t: int) -> dict[str, Any]:
        """Return what goes in at one step."""
        sequences = self._code.sequences
        return {name: value[t] if name in sequences else value for name, value in self._given.items()}

    def _set_globals(self) -> None:
        code = self._code
        for name, constant in code.globals.items():
            setattr(code.loaded.module, name, copy.deepcopy(constant))
        for name in code.target.forward.globals:
            path = tuple(("attribute", part) for part in name.split("."))
            write(code.loaded.module, path, self._given[name])
        for name, path in code.held_by_module.items():
            _, first = path[0]
            if not hasattr(code.loaded.module, first):  # a dict that only running the file would make
                setattr(code.loaded.module, first, {})
            write(code.loaded.module, path, self._given[name])
        compute(code.dependents, vars(code.loaded.module))

    def _fresh_object(self, held: str) -> Any:
        target = self._code.target
        if target.object is None:
            return None
        made, _ = self._code.called("object", target.object, None, self._given, held)
        if target.update and hasattr(made, target.update):
            setattr(made, target.update, self._rate)
        if self._code.untruncated:
            put_out_of_reach(vars(made))
        new: dict[int, Any] = {}
        for name, path in attribute_paths(target.parameters).items():
            new[id(_read_or_none(made, path))] = self._given[name]
            write(made, path, self._given[name])
        new.pop(id(None), None)
        replaced(made, new)
        return made

    def _gradients(self, returned: Mapping[str, Any]) -> dict[str, Any]:
        """Return gradients by input, those that were returned and those that were left in the object."""
        roles = self._code.roles
        found = {input_: returned[name] for name, input_ in roles.gradients.items() if name in returned}
        return found | self._left_behind()

    def _left_behind(self) -> dict[str, Any]:
        target = self._code.target
        paths = attribute_paths(target.parameters)
        if target.update:
            places = argument_paths(target.forward.arguments)
            now = {
                name: read(self._object, path) if self._object is not None else read(self._arguments, places[name])
                for name, path in paths.items()
            }
            return {name: (self._start[name] - value) / self._rate for name, value in now.items()}
        if not target.gradients:
            return {}
        holder = self._object if self._object is not None else self._code.loaded.module
        if "{}" in target.gradients or all("." in name for name in paths):
            return {name: read(holder, beside(path, target.gradients)) for name, path in paths.items()}
        kept = read(holder, tuple(("attribute", part) for part in target.gradients.split(".")))
        if isinstance(kept, dict):
            return {name: _of_key(kept, path[-1][1], name) for name, path in paths.items()}
        return dict(zip(paths, kept, strict=False))

    def _look(self, phase: str) -> None:
        """Note which inputs have been changed in place."""
        if not self._watched:
            return
        updated = attribute_paths(self._code.target.parameters) if self._code.target.update else {}
        for name, value in self._start.items():
            if name not in updated and not same(self._given[name], value):
                self._code.note(f"{phase} changes {name} in place")


def _of_key(gradients: Mapping[Any, Any], key: Any, name: str) -> Any:
    """Return the gradient of a parameter from a dict, under its key or the usual name of a gradient."""
    return next((gradients[each] for each in (key, name, f"d{key}", f"d{name}") if each in gradients), None)


def _held(values: Mapping[str, Any]) -> str:
    """Return which numbers some arrays hold."""
    if all(isinstance(value, np.ndarray) for value in values.values()):
        return "complex" if any(value.dtype.kind == "c" for value in values.values()) else "real"
    return "dual"


def _read_or_none(root: Any, path: Any) -> Any:
    try:
        return read(root, path)
    except (AttributeError, KeyError, IndexError, TypeError):
        return None


def same(a: Any, b: Any) -> bool:
    """Tell whether two arrays, or two lists, tuples or dicts of them, are equal."""
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return bool(np.array_equal(a, b, equal_nan=True))
