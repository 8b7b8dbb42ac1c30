"""What recurrence says about sizes: a state that comes out goes in again, and targets are as long as the sequence."""

import re
from collections.abc import Mapping, Sequence

from bptt_viz.targets.recognise.inference.dims import Conflict, Dim
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import Arr, Many, Pending, Table, Value
from bptt_viz.targets.recognise.matching import is_target
from bptt_viz.targets.recognise.names import meaning

_RECURRENT = re.compile(r"[WUw]?_?hh_?\w?|Waa|W?_?rec\w*")


def carry(run: Run, inputs: Sequence[str], outputs: Mapping[str, Value], sent_back: Sequence[str]) -> None:
    """Make a state that goes in as large as the one that comes out, which goes in at the next step, if it can be.

    Where names do not say which is which, as many states as outputs go together in their order.
    """
    single = [name for name in inputs if f"{name}[0]" not in run.numbers]  # not those of all layers in one array
    before = [name for name in single if "prev" in meaning(name)]
    pairs = [(name, output) for output in outputs for name in single if _is_before(name, output)]
    left = [name for name in before if name not in {one for one, _ in pairs}]
    nameless = [output for output in sent_back if output not in {other for _, other in pairs}]
    pairs += [*zip(left, nameless, strict=True)] if len(left) == len(nameless) else []
    for name, output in pairs:
        state, value = run.known(Pending(name)), outputs[output]
        if isinstance(value, Arr) and isinstance(state, Arr) and value.shape and state.shape:
            bound = dict(run.dims.bound)
            try:
                run.equate(_one_step(run, value.shape, state.shape), state.shape)
            except Conflict:
                run.dims.bound = bound


def close_loops(run: Run, inputs: Sequence[str]) -> None:
    """Take a weight that is named after the recurrence for one from a state to itself, gate by gate, if it can be."""
    for name in (name for name in inputs if _RECURRENT.fullmatch(name)):
        found = run.known(Pending(name))
        axes = [*map(run.dims.resolve, found.shape)] if isinstance(found, Arr) else []
        if len(axes) == 2 and all(len(axis.terms) == 1 and not axis.constant for axis in axes):
            bound = dict(run.dims.bound)
            try:
                run.dims.unify(*(Dim(((axis.terms[0][0], 1),)) for axis in axes))
            except Conflict:
                run.dims.bound = bound


def _one_step(run: Run, shape: tuple[Dim, ...], state: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """Return the shape of one time step of an output that has them all, side by side or as columns."""
    turns = {run.dims.resolve(each) for each in run.turns}
    over = [at for at, axis in enumerate(shape) if run.dims.resolve(axis) in turns]
    if over and len(shape) == len(state) and run.dims.resolve(state[over[0]]).number == 1:
        return (*shape[: over[0]], Dim((), 1), *shape[over[0] + 1 :])
    return shape[: over[0]] + shape[over[0] + 1 :] if len(shape) == len(state) + 1 and over else shape


def _is_before(state: str, output: str) -> bool:
    """Tell whether an input's name is that of the step before an output's: `prev_h` of `next_h`, `h0` of `h`."""
    before, after = meaning(state), meaning(output)
    rest = [each for each in before if each != "prev"]
    return ("prev" in before or "next" in after) and rest == [each for each in after if each != "next"]


def beside(run: Run, inputs: Sequence[str]) -> None:
    """Take targets for as long as what they are the targets of, where nothing else says how long either is."""
    shapes = {name: run.shape(Pending(name)) or () for name in inputs if isinstance(run.known(Pending(name)), Arr)}
    everywhere = [axis for shape in shapes.values() for axis in shape]
    lonely = {name: [axis for axis in shape if everywhere.count(axis) == 1] for name, shape in shapes.items()}
    for name in (name for name in shapes if is_target(name) and name in run.integers):
        other = next((each for each in inputs if lonely.get(each) and each != name and not is_target(each)), None)
        if other is not None and lonely[name] and shapes[name][0] in lonely[name] and shapes[other][0] in lonely[other]:
            run.dims.unify(shapes[name][0], shapes[other][0])


def unlike(run: Run, output: Value, target: str) -> bool:
    """Tell whether a target that is no index is known to be of other sizes than what it is compared with."""
    wanted = run.known(Pending(target))
    if target in run.integers or not isinstance(wanted, Arr):
        return False
    steps = [output.turns] if isinstance(output, Table) else [output.length] if isinstance(output, Many) else []
    step = run.known(output.item or output) if isinstance(output, Table | Many) else output
    if not isinstance(step, Arr) or None in steps:
        return False
    sizes = [
        {run.dims.resolve(axis) for axis in shape} for shape in ((*step.shape, *filter(None, steps)), wanted.shape)
    ]
    one, other = ({axis for axis in each if axis.number != 1} for each in sizes)
    return one != other
