"""A user's functions followed with one supposition about their inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bptt_viz.targets.declaration import Argument
from bptt_viz.targets.recognise.belonging import Matched, alike, matched, possible
from bptt_viz.targets.recognise.calling import Calling
from bptt_viz.targets.recognise.inference.blocks import close
from bptt_viz.targets.recognise.inference.dims import Dim
from bptt_viz.targets.recognise.inference.module import Module
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, Const, Function, Pending, Seq, Value
from bptt_viz.targets.recognise.keeping import Kept, kept
from bptt_viz.targets.recognise.matching import Taken, match_gradients
from bptt_viz.targets.recognise.names import is_parameter
from bptt_viz.targets.recognise.scene import Scene, array, held, opened, passed, scene, shape_of
from bptt_viz.targets.recognise.states import beside, carry, close_loops, unlike

_UNLIKE = 3.0
_UNKEPT = 3.0


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of following a user's functions.

    Attributes:
        arguments: forward's, with what dicts and tuples among them hold.
        object: what an object is made of, for methods.
        arrays: all inputs that are arrays, by name.
        returned: what backward returns, or forward if it returns the gradients too, with the keys of dicts.
        gradients: which input each name in that is the gradient of, by its place.
        kept: gradients that an object keeps, for methods.
        sure: whether all gradients are known to be as large as their inputs.
        share: of how many of the gradients that is known, from 0 to 1.
        running: sizes that the first input and all outputs have: of the batch and of time.
        absent: attributes that forward reads of an object that has just been made, and does not have them.
    """

    arguments: tuple[Argument, ...]
    object: tuple[Argument, ...]
    arrays: Mapping[str, Arr]
    returned: tuple[Argument, ...]
    gradients: Matched
    kept: Kept = field(default_factory=Kept)
    sure: bool = False
    share: float = 0.0
    absent: frozenset[str] = frozenset()
    running: frozenset[Dim] = frozenset()


def follow_pair(run: Run, module: Module, how: Calling, trust_place: bool) -> Followed:
    """Follow both functions, and make each gradient as large as its input.

    Args:
        run: holds what is supposed.
        module: that defines the functions.
        how: the pair is called.
        trust_place: whether gradients whose names say nothing belong to the inputs in their order.

    Raises:
        Conflict: shapes do not fit.
    """
    playing = scene(run, module, how)
    run.absent.clear()
    result = playing.called(how.forward, _given(how))
    absent = frozenset(run.absent)
    inputs = playing.inputs()
    run.watching = False
    close(run.dims, run.cuts)
    outputs = dict(held(run, how.returns, result))
    sent_back = [name for taken in how.taken.values() if taken.role == "upstream" for name in taken.of]
    carry(run, inputs, outputs, sent_back)
    close_loops(run, inputs)
    back = _back(playing, inputs, outputs) if how.backward is not None else result
    if how.loss:
        _demand_loss(run, outputs.get(how.loss, UNKNOWN))
    inputs = [*dict.fromkeys((*inputs, *run.globals))]
    returned = opened(run, how.gradients, back)
    found, known = matched(playing, inputs, returned, back, trust_place)
    gradients = kept(playing, inputs)
    known += [alike(run, name, value) for name, value in gradients.values.items()]
    run.dims.frozen.clear()
    beside(run, inputs)
    _strain(run, inputs, [value for name, value in outputs.items() if name in sent_back])
    if how.compared[0] in outputs:
        run.dims.strained += _UNLIKE * unlike(run, outputs[how.compared[0]], how.compared[1])
    made = _followed(playing, inputs, found, gradients)
    share = sum(known) / len(known) if known else 0.0
    return replace(
        made,
        returned=returned,
        sure=share == 1,
        share=share,
        absent=absent,
        running=_running(run, how, outputs, sent_back),
    )


def _back(playing: Scene, inputs: Sequence[str], outputs: Mapping[str, Value]) -> Value:
    """Follow backward and return what it returns; what does not fit in it is passed over, since it may be wrong."""
    run, how = playing.run, playing.how
    assert how.backward is not None, "the caller has made sure"
    if UNKNOWN not in outputs.values():
        run.dims.freeze(_sizes(run, inputs))
    run.lenient = True
    functions = (value for value in outputs.values() if isinstance(value, Function))
    closure = next((each for each in functions if each.node is how.backward), None)
    given = {name: _handed_over(run, taken, outputs) for name, taken in how.taken.items()}
    return playing.called(how.backward, given, closure)


def supposed(run: Run, how: Calling) -> Followed:
    """Suppose the likeliest about each input, without following anything."""
    playing = Scene(run, how, None, None)  # type: ignore[arg-type]
    inputs = playing.inputs()
    return _followed(playing, inputs, match_gradients(possible(how, how.gradients), inputs), Kept())


def _followed(playing: Scene, inputs: Sequence[str], found: Matched, gradients: Kept) -> Followed:
    run, how = playing.run, playing.how
    if playing.instance is not None:
        with_gradient = [*(name for name, _ in found.values()), *how.updated]
        own = [name for name in playing.own if name in with_gradient and name not in gradients.parameters]
        holder = playing.holder(own)
        if own and not gradients.parameters:
            gradients = Kept("", holder, "dict" if holder else "name", tuple(own))
        known = (*with_gradient, *gradients.parameters)
        inputs = [name for name in inputs if name not in playing.own or name in known]
    made_of, given = passed(run, how.made_of, how.started), passed(run, how.given, how.named)
    if how.wrapped:
        given = tuple(Argument("list", keyword=each.keyword, items=(replace(each, keyword=""),)) for each in given)
    arrays = {name: array(run, name) for name in inputs}
    return Followed(given, made_of, arrays, how.gradients, found, gradients)


def _sizes(run: Run, inputs: Sequence[str]) -> list[Dim]:
    """Return the sizes that the inputs have so far.

    Right code asks of none of them to be another one: where forward leaves two free, it is backward that is wrong.
    """
    arrays = [found for found in (run.known(Pending(name)) for name in inputs) if isinstance(found, Arr)]
    cut = {run.dims.resolve(each.block.total) for each in run.cuts}  # may be longer than what is cut out of them
    return [axis for found in arrays for axis in found.shape if run.dims.resolve(axis) not in cut]


def _strain(run: Run, inputs: Sequence[str], outputs: Sequence[Value]) -> None:
    """Count against a supposition that data would be square, an axis 1, a product no product, an output a number."""
    run.dims.strained += _UNKEPT * run.dims.unkept()
    run.dims.strained += sum(isinstance(value, Arr) and not value.shape for value in outputs)
    for name in inputs:
        found = run.known(Pending(name))
        if isinstance(found, Arr):
            axes = [*map(run.dims.resolve, found.shape)]
            run.dims.strained += 2 * sum(
                axis.number == 1 and bool(own.terms) for own, axis in zip(found.shape, axes, strict=True)
            )
            free = [axis for axis in axes if axis.terms]
            run.dims.strained += 0 if is_parameter(name) else 2 * (len(free) - len({*free}))


def _running(run: Run, how: Calling, outputs: Mapping[str, Value], sent_back: Sequence[str]) -> frozenset[Dim]:
    """Return the sizes that run through everything: those of the first input that every output has too."""
    first = run.known(Pending(how.given[0])) if how.given else UNKNOWN
    shapes = [
        value.shape for value in (first, *(outputs.get(name, UNKNOWN) for name in sent_back)) if isinstance(value, Arr)
    ]
    axes = [{run.dims.resolve(axis) for axis in shape} for shape in shapes]
    return frozenset(axis for axis in set.intersection(*axes) if axis.terms) if len(axes) > 1 else frozenset()


def _given(how: Calling) -> dict[str, Value]:
    """Return what forward is passed."""
    if how.wrapped:
        return {name: Seq([Pending(name)], mutable=True) for name in how.given}
    return {name: Pending(name) for name in how.given}


def _demand_loss(run: Run, value: Value) -> None:
    """Make sure that a loss is one number.

    Raises:
        Conflict: it is not.
    """
    shape = shape_of(run, value) if not isinstance(value, Const) else ()
    for axis in shape or ():
        run.dims.unify(axis, Dim((), 1))


def _handed_over(run: Run, taken: Taken, outputs: Mapping[str, Value]) -> Value:
    if taken.role == "input":
        return run.known(Pending(taken.of[0]))
    if taken.role in {"unknown", "number"}:
        return UNKNOWN
    if taken.role == "size":
        return run.as_size(Pending(taken.of[0]))
    values = [outputs.get(name, UNKNOWN) for name in taken.of]
    if taken.role == "returned":
        return values[0]
    fresh = [_cotangent(run, value) for value in values]
    return fresh[0] if len(fresh) == 1 else Seq(fresh)


def _cotangent(run: Run, value: Value) -> Value:
    shape = run.shape(value) if value is not UNKNOWN else None
    return Arr(shape) if shape is not None else UNKNOWN
