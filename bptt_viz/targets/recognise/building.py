"""Targets built from what following a user's functions has shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bptt_viz.results.explanation import Ground
from bptt_viz.targets.declaration import Argument, Call, Refusal, Size, Spec, Target
from bptt_viz.targets.recognise.calling import Calling, parameters_of
from bptt_viz.targets.recognise.following import Followed
from bptt_viz.targets.recognise.gates import own_weights, packed
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.search import Solution
from bptt_viz.targets.recognise.inference.values import Num, Table
from bptt_viz.targets.recognise.letters import lettered, sized
from bptt_viz.targets.recognise.matching import Basis
from bptt_viz.targets.recognise.names import is_parameter
from bptt_viz.targets.recognise.scene import is_settled, settings
from bptt_viz.targets.recognise.uses import onehot_in
from bptt_viz.targets.roles import names
from bptt_viz.targets.tables import printed_shapes

_BASES: Mapping[Basis, str] = {
    "name": "its name",
    "rule": "its name",
    "words": "the words of its name",
    "spelling": "its name, misspelt",
    "structure": "how it is made up",
    "place": "its place alone",
    "shape": "its shape alone",
}

_SOME = 5
_EVENS = 0.5
_NEAR = 2.0
_OTHERS = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What functions or methods were recognised as.

    Attributes:
        target: what they are, or why they are none.
        evidence: what that rests on.
        sure: whether all gradients were found to be as large as their inputs.
    """

    target: Target | Refusal
    evidence: tuple[Ground, ...] = ()
    sure: bool = False


def concluded(target: Target, how: Calling, solutions: Sequence[Solution[Followed]]) -> Found:
    """Return a target with the other shapes that it may have, unless its own are sure, and with what it rests on."""
    best = solutions[0]
    near = [each for each in solutions[1:] if not best.result.sure and each.cost <= best.cost + _NEAR]
    further = [built(target.file, target.name, how, each).shapes for each in near]
    kept = [shapes for at, shapes in enumerate(further) if shapes != target.shapes and shapes not in further[:at]]
    return Found(replace(target, alternatives=tuple(kept[:_OTHERS])), evidence(target, how, best), best.result.sure)


def built(file: str, name: str, how: Calling, best: Solution[Followed]) -> Target:
    """Return the target that a way of fitting everything together amounts to."""
    run, followed = best.run, best.result
    parameters = [*_parameters_among(run, followed)]
    shapes, letters = lettered(run, followed.arrays, parameters)
    shapes = _with_targets(how, followed, shapes)
    outputs = {each.name: _apart(each.name, followed.arrays) for each in names(how.returns)}
    gates, axis = packed(run, followed.arrays)
    sizes = (name for name, taken in how.taken.items() if taken.role == "size")
    numbers = dict(_numbers(run, (*how.made_of, *how.given, *sizes), letters))
    own = "self" if how.owner is not None else ""
    used = tuple(each for each in run.globals if each in followed.arrays)
    returns = tuple(_renamed(each, outputs) for each in how.returns)
    if how.backward is None:
        returns = tuple(_gradient(each, _known(followed), how.loss) for each in followed.returned)
    return Target(
        name,
        file,
        how.forward.lineno,
        Call(own, how.forward.name, followed.arguments, used, returns),
        _backward(own, how, followed, outputs),
        shapes,
        Call("", how.owner.name, followed.object) if how.owner is not None else None,
        _parameters(followed),
        followed.kept.where,
        gates=own_weights(parameters) | gates,
        axis=axis,
        constants=numbers
        | _settled(run, how)
        | {name: 0 for name, taken in how.taken.items() if taken.role == "number"},
        globals={each: size for each, dim in run.sizes.items() if isinstance(size := sized(run, dim, letters), Size)},
        source="recognised",
    )


def _parameters_among(run: Run, followed: Followed) -> Iterator[str]:
    """Yield the inputs that are parameters: by name, or since they lack the batch and time that others have."""
    for name, array in followed.arrays.items():
        axes = {run.dims.resolve(axis) for axis in array.shape}
        lacking = bool(followed.running) and not axes & followed.running and bool(array.shape)
        if is_parameter(name) or name in followed.kept.parameters or lacking:
            yield name


def _numbers(run: Run, given: Iterable[str], letters: Mapping[int, str]) -> Iterator[tuple[str, Size | int]]:
    """Yield the sizes among arguments that are not called by their letter; what no input has is just some number."""
    for name in given:
        value = run.decided.get(name)
        if isinstance(value, Num):
            size = sized(run, value, letters)
            if not (isinstance(size, Size) and size.text == name):
                yield name, size if size is not None else _SOME


def _settled(run: Run, how: Calling) -> dict[str, object]:
    """Return the values of arguments that are compared with constants, dicts of such settings, and probabilities."""
    found: dict[str, object] = {name: run.compared[name] for name in how.given if name in run.compared}
    found |= {name: _EVENS for name in how.given if is_settled(run, name)}
    for name in how.given:
        value = run.decided.get(name)
        held = settings(run, value) if isinstance(value, Table) else None
        found |= {name: held} if held is not None else {}
    return found


def _backward(own: str, how: Calling, followed: Followed, outputs: Mapping[str, str]) -> Call | None:
    if how.backward is None:
        return None
    known = _known(followed)
    gradients = tuple(_gradient(each, known) for each in followed.returned)
    if followed.kept.where and all(each.kind == "skip" for each in gradients):
        gradients = ()
    return Call(own, how.backward.name, _arguments(how, followed, outputs), (), gradients)


def _with_targets(how: Calling, followed: Followed, shapes: Mapping[str, Spec]) -> dict[str, Spec]:
    """Return shapes with those of targets of a cross-entropy as rows with a single 1."""
    rows = onehot_in(how.nodes)
    with_gradient = {name for name, _ in followed.gradients.values()}
    return {
        name: replace(spec, kind="onehot")
        if name in rows - with_gradient and spec.kind == "float" and spec.axes
        else spec
        for name, spec in shapes.items()
    }


def _parameters(followed: Followed) -> tuple[Argument, ...]:
    """Return the parameters of an object as it keeps them."""
    kept = followed.kept
    inside = tuple(Argument("name", name, name if kept.kind == "dict" else "") for name in kept.parameters)
    return inside if kept.kind == "name" else (Argument(kept.kind, kept.holder, items=inside),)


def _apart(name: str, inputs: Iterable[str]) -> str:
    """Return an output's name, another one if an input has it."""
    return f"{name}_out" if name in inputs else name


def _renamed(argument: Argument, called: Mapping[str, str]) -> Argument:
    items = tuple(_renamed(item, called) for item in argument.items)
    name = called.get(argument.name, argument.name)
    return replace(argument, name="" if items and name.startswith("_") else name, items=items)


def _arguments(how: Calling, followed: Followed, outputs: Mapping[str, str]) -> tuple[Argument, ...]:
    """Return backward's arguments under the names of what they stand for."""
    passed = zip(how.given, followed.arguments, strict=False)
    held = {name: replace(each, keyword="") for name, each in passed if each.items}
    made = []
    for name in (
        name for name in (parameters_of(how.backward) if how.backward is not None else ()) if name in how.taken
    ):
        taken = how.taken[name]
        prefix = "d" if taken.role == "upstream" else ""
        called = [prefix + (outputs.get(each, each) if taken.role != "input" else each) for each in taken.of]
        parts = tuple(held.get(each, Argument("name", each)) for each in called)
        made.append(Argument("tuple", items=parts) if len(parts) > 1 else parts[0] if parts else Argument("name", name))
    return tuple(made)


def _known(followed: Followed) -> dict[str, str]:
    order = [each.name for each in names(followed.returned)]
    return {order[at]: name for at, (name, _) in followed.gradients.items()}


def _gradient(argument: Argument, known: Mapping[str, str], loss: str = "") -> Argument:
    """Return what is returned with each gradient under the name of its input, and all but a loss left out."""
    if argument.kind != "name":
        items = tuple(_gradient(item, known, loss) for item in argument.items)
        if all(item.kind == "skip" for item in items):
            return Argument("skip", keyword=argument.keyword)
        return replace(argument, name="" if argument.name.startswith("_") else argument.name, items=items)
    if argument.name not in known:
        return argument if loss and argument.name == loss else Argument("skip", keyword=argument.keyword)
    name = known[argument.name]
    return replace(argument, name=name if argument.keyword == name else f"d{name}")


def evidence(target: Target, how: Calling, best: Solution[Followed]) -> tuple[Ground, ...]:
    """Return what each part of a target rests on: shapes, what backward takes, gradients."""
    order = [each.name for each in names(best.result.returned)]
    found = [
        Ground(name, printed_shapes({name: spec}).partition(": ")[2], best.run.sources.get(name, "usage"))
        for name, spec in target.shapes.items()
    ]
    for parameter, taken in how.taken.items():
        of = ", ".join(taken.of)
        meanings = {"upstream": f"cotangent of {of}", "returned": f"{of}, as returned", "input": f"input {of}"}
        meanings |= {"number": "a number, 0", "size": "a size"}
        found.append(Ground(parameter, meanings.get(taken.role, "unknown"), _BASES[taken.basis]))
    for at, (name, basis) in sorted(best.result.gradients.items()):
        found.append(Ground(order[at], f"gradient of {name}", _BASES[basis]))
    return tuple(found)
