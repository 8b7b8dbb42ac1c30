"""From a declaration to a posing that runs: which of the possible shapes fit, and which sizes the code insists on."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bptt_viz.checking.problem import Misbehaviour
from bptt_viz.checking.shapes import Shape
from bptt_viz.targets.declaration import Target
from bptt_viz.targets.roles import Roles
from bptt_viz.targets.run.axes import time_and_batch
from bptt_viz.targets.run.binding import Nothing, Unfit
from bptt_viz.targets.run.drawing import letters_of, shape_of, sizes_for
from bptt_viz.targets.run.forms import form_of, split_all
from bptt_viz.targets.run.loading import Loaded
from bptt_viz.targets.run.point import Posing, core, is_earlier, is_later
from bptt_viz.targets.run.posed import Misshapen, NoGradient
from bptt_viz.targets.run.raised import Raised
from bptt_viz.targets.run.written_sizes import written_sizes

# Sizes that the code insists on are looked for by running it so often, at most.
_TRIES = 150
_LARGEST = 500


class NotPosed(Exception):  # noqa: N818 - an answer about users' code
    """The code runs at no shapes and sizes; `cause` is how it failed where it got furthest."""

    def __init__(self, cause: Exception, label: str) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.label = label


class NoOutput(Exception):  # noqa: N818
    """Forward returns None where an output is expected; the message is its name."""


_FAILURES = (Raised, Unfit, Misbehaviour, NoOutput)


def prepared(target: Target, roles: Roles, loaded: Loaded) -> tuple[Posing, tuple[str, ...]]:
    """Return how a target is posed, and what is to be said about the sizes.

    Raises:
        NotPosed: it runs nowhere.
    """
    failed: list[tuple[int, Exception, str]] = []
    target, said = _with_sizes_of_the_module(target, loaded)
    for shapes in (target.shapes, *target.alternatives):
        posing = Posing(target, roles, loaded, shapes, sizes_for(shapes, target.sizes))
        try:
            return _posed(posing), said
        except _FAILURES as error:
            if _is_final(error, posing):
                raise NotPosed(error, _shapes_in_words(posing)) from error
            failed.append((_progress(error), error, _shapes_in_words(posing)))
    for shapes in (target.shapes, *target.alternatives[:3]):
        found = _with_other_sizes(Posing(target, roles, loaded, shapes, {}), failed[0][1])
        if found is not None:
            return found[0], said + found[1]
    _, cause, label = max(failed, key=lambda each: each[0])
    raise NotPosed(cause, label)


def _with_sizes_of_the_module(target: Target, loaded: Loaded) -> tuple[Target, tuple[str, ...]]:
    """Return the target with the sizes that are numbers of the module which its functions use, and say so."""
    used = loaded.names_used
    found = {name: getattr(loaded.module, name, None) for name in letters_of(target.shapes) if name in used}
    sizes = {name: size for name, size in found.items() if type(size) is int and 0 < size <= _LARGEST}
    sizes = {name: size for name, size in sizes.items() if name not in {**target.sizes, **target.globals}}
    if not sizes:
        return target, ()
    told = ", ".join(f"{name} = {size}" for name, size in sizes.items())
    return replace(target, sizes={**target.sizes, **sizes}), (f"checked with {told}, as the file has it",)


def _is_final(error: Exception, posing: Posing) -> bool:
    """Tell whether no other shapes or sizes would make a difference: nothing is written yet, or a sum is missing."""
    if isinstance(error, Raised):
        return isinstance(error.error, NotImplementedError)
    if isinstance(error, Misshapen):
        lead = {shape_of(spec, posing.sizes)[:1] for name, spec in posing.shapes.items() if name != error.name}
        return error.lacks_a_sum and error.found[:1] in lead
    return isinstance(error, NoGradient | NoOutput | Nothing)


def _progress(error: Exception) -> int:
    """Return how far code got before it failed."""
    if isinstance(error, Raised):
        return {"object": 0, "forward": 1, "backward": 3}.get(error.phase, 0)
    return 2 if isinstance(error, Unfit) else 4


def _posed(posing: Posing) -> Posing:
    """Run forward and backward once, and find out which axes are which on the way.

    Raises:
        Raised, Unfit, Misbehaviour, NoOutput: it does not run, or what it returns does not fit.
    """
    rng = np.random.default_rng(0)
    first = posing.with_sizes(posing.sizes, Shape(1, 1, False), rng)
    values = {**first.inputs, **first.constants}
    returned = first.code.forward(values).returned
    nothing = [name for name in posing.roles.outputs if returned[name] is None]
    if nothing:
        raise NoOutput(", ".join(nothing))
    time, batch = time_and_batch(first.code, posing.shapes, values)
    steps = posing.sizes[time] if time else None
    forms = {name: form_of(name, returned[name], steps) for name in posing.roles.outputs}
    places = split_all(forms, returned)
    if not posing.roles.upstreams and sum(value.size for value in places.values()) != 1:
        told = " and ".join(posing.roles.outputs)
        raise Unfit(f"backward takes the gradient of no output, and {told} is no single number, such as a loss")
    found = replace(posing, time=time, batch=batch, forms=forms)
    found = replace(found, states=_states(found))
    again = found.with_sizes(found.sizes, Shape(1, 1, False), np.random.default_rng(0))
    outputs = again.outputs(again.inputs)
    try:
        again.pullback({place: np.ones_like(value) for place, value in outputs.items()})
    except NoGradient as error:
        if not error.some:
            raise
        return replace(found, without=frozenset(error.names))
    return found


def _states(posing: Posing) -> dict[str, str]:
    """Return the inputs that are a state before the first step, with the state's name."""
    found = {}
    for name, spec in posing.shapes.items():
        lacks_rows = bool(posing.batch) and posing.batch not in spec.axes
        if spec.kind != "float" or not spec.axes or lacks_rows or (posing.time and posing.time in spec.axes):
            continue
        related = [output for output in posing.roles.outputs if core(output) == core(name) and output != name]
        followed = any(is_later(output) for output in related)
        if followed or (is_earlier(name) and (related or posing.batch)):
            found[name] = core(name)
    return found


def _with_other_sizes(posing: Posing, cause: Exception) -> tuple[Posing, tuple[str, ...]] | None:
    """Look for sizes with which the code runs, and say what it insists on.

    A number that the code is written for stands in it; other sizes that happen to fit, such as all alike, are none.
    """
    names = letters_of(posing.shapes)
    usual = sizes_for(posing.shapes, posing.target.sizes)
    free = [name for name in names if name not in posing.target.sizes]
    for changed in itertools.islice(_candidates(posing, free), _TRIES):
        sizes = {**usual, **changed}
        alike = len({*changed.values()}) < len(changed) or any(
            usual[each] in changed.values() for each in usual.keys() - changed.keys()
        )
        if alike or any(size < 1 for spec in posing.shapes.values() for size in shape_of(spec, sizes)):
            continue
        try:
            found = _posed(replace(posing, sizes=sizes))
        except _FAILURES:
            continue
        insisted = " and ".join(f"{name} = {size}" for name, size in changed.items())
        fixed = replace(found, target=replace(found.target, sizes={**found.target.sizes, **changed}))
        return fixed, (f"runs only with {insisted}; with other sizes: {cause}",)
    return None


def _candidates(posing: Posing, free: Sequence[str]) -> Iterator[dict[str, int]]:
    """Yield sizes to try: a single row or step first, then numbers that are written in the code."""
    axes = [axis for spec in posing.shapes.values() for axis in spec.axes]
    lead = [str(axis) for spec in list(posing.shapes.values())[:1] for axis in spec.axes[:-1] if axis in free]
    lead += [name for name in free if axes.count(name) == 1 and name not in lead]  # such as the rows of a state alone
    yield from ({letter: 1} for letter in lead)
    numbers = written_sizes(posing.loaded)[:10]
    for count in (1, 2, 3):
        for names in itertools.combinations(free, count):
            for sizes in itertools.product(numbers, repeat=count):
                yield dict(zip(names, sizes, strict=True))


def _shapes_in_words(posing: Posing) -> str:
    return ", ".join(f"{name} {shape_of(spec, posing.sizes)}" for name, spec in posing.shapes.items())
