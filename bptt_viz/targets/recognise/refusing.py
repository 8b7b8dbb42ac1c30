"""Why functions that look like a pair are none, or what they leave unsaid."""

from collections.abc import Iterator
from dataclasses import replace

from bptt_viz.targets.declaration import Argument, Target
from bptt_viz.targets.recognise.calling import Calling
from bptt_viz.targets.recognise.following import Followed
from bptt_viz.targets.recognise.inference.search import Solution
from bptt_viz.targets.recognise.inference.values import Pending, Seq, Table
from bptt_viz.targets.recognise.scene import maker, settings, within

_USUAL = {
    "mode": "train",
    "p": 0.5,
    "pad": 1,
    "pool_height": 2,
    "pool_width": 2,
    "stride": 1,
    "eps": 1e-5,
    "momentum": 0.9,
}


def why_not(how: Calling, best: Solution[Followed]) -> tuple[str, tuple[str, ...]]:
    """Return the reason why a pair cannot be checked as it stands, and what is missing; nothing if it can."""
    assert how.backward is not None
    forward, backward = how.forward.name, how.backward.name
    unknown = [name for name, taken in how.taken.items() if taken.role == "unknown"]
    upstreams = [taken for taken in how.taken.values() if taken.role == "upstream"]
    said = [*unsaid(how, best)]
    if said and (upstreams or how.loss):
        return f"{forward} takes {'; it takes '.join(said)}", ("constants",)
    if not upstreams and not how.loss:
        return f"no argument of {backward} is the cotangent of something that {forward} returns", ("backward",)
    if unknown:
        listed = " and ".join(unknown)
        return f"{backward} takes {listed}, which {forward} neither takes nor returns", (f"what {listed} is",)
    if not best.result.gradients:
        taken = ", ".join(how.given)
        return f"nothing says which of {taken} what {backward} returns is the gradient of", ("backward",)
    if best.result.share < 0.5 and _by_place_alone(how, best):
        return f"nothing but the order says what {backward} takes and returns", ("forward", "backward")
    return "", ()


def _by_place_alone(how: Calling, best: Solution[Followed]) -> bool:
    bases = [taken.basis for taken in how.taken.values() if taken.role == "upstream"]
    return all(basis == "place" for basis in (*bases, *(basis for _, basis in best.result.gradients.values())))


def unsaid(how: Calling, best: Solution[Followed]) -> Iterator[str]:
    """Yield what forward takes that is no array and whose value nothing says."""
    run = best.run
    with_gradient = {name for name, _ in best.result.gradients.values()}
    for name in (*how.made_of, *how.given):
        value = run.known(Pending(name))
        if name in run.called:
            yield f"a function as {name}"
        elif name in run.asked:
            yield f"a yes or no as {name}"
        elif isinstance(value, Table) and value.record and not maker(run, value)[0]:
            yield f"an object as {name} ({', '.join(map(str, value.items))}), which no class of the file makes"
        elif isinstance(value, Table):
            if not with_gradient & set(within(run, value, name)) and settings(run, value) is None:
                yield f"a dict of settings as {name} ({', '.join(map(str, value.items)) or 'keys unknown'})"
        elif isinstance(value, Seq):
            held = [each.name for each in value.items if isinstance(each, Pending)]
            if not held:
                yield f"a tuple as {name}"


def drafted(target: Target, how: Calling, best: Solution[Followed]) -> Target | None:
    """Return a target that is not complete, with what else would have to be said filled in as an example."""
    if not best.result.gradients and not any(taken.role == "upstream" for taken in how.taken.values()):
        return None
    with_gradient = {name for name, _ in best.result.gradients.values()}
    values: dict[str, object] = {name: True for name in best.run.asked if name in how.given}
    for each in target.forward.arguments:
        if each.kind == "dict" and not with_gradient & {item.name for item in each.items}:
            values[each.name] = {item.keyword: _USUAL.get(item.keyword, 1) for item in each.items}
    gone = {*values, *(item.name for each in target.forward.arguments if each.name in values for item in each.items)}
    arguments = tuple(
        Argument("name", each.name, each.keyword) if each.name in values else each for each in target.forward.arguments
    )
    shapes = {name: spec for name, spec in target.shapes.items() if name not in gone}
    forward = replace(target.forward, arguments=arguments)
    found = replace(target, forward=forward, shapes=shapes, constants={**target.constants, **values})
    return _with_gradients_in_order(found)


def _with_gradients_in_order(target: Target) -> Target:
    """Return a target whose gradients belong to its inputs in their order, where as many come back as go in."""
    call = target.backward
    inputs = [name for name, spec in target.shapes.items() if spec.kind == "float"]
    if call is None or any(each.kind != "skip" for each in call.returns) or len(call.returns) != len(inputs):
        return target
    return replace(target, backward=replace(call, returns=tuple(Argument("name", f"d{name}") for name in inputs)))
