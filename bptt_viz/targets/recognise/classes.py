"""Classes whose methods are a forward and a backward pass, or a loss that returns its gradients."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bptt_viz.targets.declaration import Refusal, Target
from bptt_viz.targets.recognise.building import Found, built, concluded
from bptt_viz.targets.recognise.calling import Calling, calling, method_of, methods_of, parameters_of, with_rate
from bptt_viz.targets.recognise.chained import recognise_chain
from bptt_viz.targets.recognise.following import Followed
from bptt_viz.targets.recognise.inference.module import Module
from bptt_viz.targets.recognise.inference.search import Solution
from bptt_viz.targets.recognise.inference.values import defaults_of
from bptt_viz.targets.recognise.losses import loss_of, recognise_loss
from bptt_viz.targets.recognise.names import LOSS, direction
from bptt_viz.targets.recognise.pair import solved, supposing
from bptt_viz.targets.recognise.pairing import paired, unlike_a_pass
from bptt_viz.targets.recognise.reading import Source
from bptt_viz.targets.recognise.refusing import unsaid


def of_classes(source: Source, module: Module) -> Iterator[Found]:
    """Yield what the classes of a module hold: targets with what they rest on, and refusals."""
    for node in module.classes.values():
        owner = inheriting(node, module)
        if not _is_torch(owner):
            yield from _of_class(source, module, owner)


def inheriting(node: ast.ClassDef, module: Module) -> ast.ClassDef:
    """Return a class together with what it inherits from classes of the same module."""
    body, known = [*node.body], {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in module.classes and base.id != node.name:
            more = inheriting(module.classes[base.id], replace_classes(module, node.name)).body
            body += [each for each in more if not (isinstance(each, ast.FunctionDef) and each.name in known)]
    made = ast.ClassDef(node.name, node.bases, node.keywords, body, node.decorator_list)
    return ast.copy_location(made, node)


def replace_classes(module: Module, name: str) -> Module:
    """Return a module without one of its classes, so that no class can be its own base."""
    return replace(module, classes={each: node for each, node in module.classes.items() if each != name})


def _is_torch(node: ast.ClassDef) -> bool:
    return any("Module" in ast.unparse(base) or "autograd" in ast.unparse(base) for base in node.bases)


def _of_class(source: Source, module: Module, owner: ast.ClassDef) -> Iterator[Found]:
    methods = {each.name: each for each in owner.body if isinstance(each, ast.FunctionDef) and not _is_static(each)}
    around = _attributes(owner)
    found: list[tuple[ast.FunctionDef, Found]] = []
    complete = {
        node.name: loss
        for node in methods.values()
        if node.name != "__init__" and (loss := loss_of(node, around, methods))
    }
    for name, loss in complete.items():
        found.append((methods[name], recognise_loss(source, module, methods[name], loss, owner)))
    for forward, backward in _pairs({name: node for name, node in methods.items() if name not in complete}):
        result = _recognise_methods(source, module, owner, methods[forward], methods[backward])
        if isinstance(result.target, Refusal):
            result = _chained(source, module, owner, methods, backward) or result
        found.append((methods[forward], result))
    alone = sum(isinstance(each.target, Target) for _, each in found) == 1
    for _, each in found:
        single = alone and isinstance(each.target, Target)
        yield replace(each, target=replace(each.target, name=owner.name)) if single else each


def _chained(
    source: Source, module: Module, owner: ast.ClassDef, methods: Mapping[str, ast.FunctionDef], backward: str
) -> Found | None:
    """Return a forward method with a backward method that a loss joins; None if there is none."""
    way = {name: direction(name) for name in methods}
    base = (way[backward] or ("", ()))[1]
    of = [name for name, said in way.items() if said is not None and said[0] == "forward"]
    for name in sorted(of, key=lambda name: (way[name] or ("", ()))[1] != base):
        found = recognise_chain(source, module, f"{owner.name}.{name}", methods[name], methods[backward], owner)
        if found is not None:
            return found
    return None


def _pairs(methods: Mapping[str, ast.FunctionDef]) -> Iterator[tuple[str, str]]:
    """Yield pairs of methods: by their names, else a loss with the method that differentiates it."""
    called = {
        ("forward" if name == "__call__" and "forward" not in methods else name): node for name, node in methods.items()
    }
    found = paired(called)
    for forward, backward in found.pairs:
        losses = _losses(methods, backward)
        if losses and not _takes_cotangent(called[forward], called[backward]):
            yield losses[0], backward
        else:
            yield ("__call__" if forward not in methods else forward), backward
    done = {name for pair in found.pairs for name in pair}
    for backward in (name for name in methods if name not in done):
        way, _ = direction(backward) or ("", ())
        losses = _losses(methods, backward) if way == "backward" else []
        if losses and (
            backward in found.alone or parameters_of(methods[losses[0]]) == parameters_of(methods[backward])
        ):
            yield losses[0], backward


def _losses(methods: Mapping[str, ast.FunctionDef], backward: str) -> list[str]:
    """Return the methods that are the loss a method differentiates: they take the same, a total before a mean."""
    same = parameters_of(methods[backward])
    found = [
        name for name, node in methods.items() if LOSS.fullmatch(name) and name != backward and parameters_of(node)
    ]
    return sorted(found, key=lambda name: (parameters_of(methods[name]) != same, "total" not in name))


def _takes_cotangent(forward: ast.FunctionDef, backward: ast.FunctionDef) -> bool:
    taken = calling(forward, backward, {}).taken.values()
    return any(each.role == "upstream" for each in taken) or not taken


def _is_static(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(mark, ast.Name) and mark.id in {"staticmethod", "classmethod"} for mark in node.decorator_list
    )


def _attributes(owner: ast.ClassDef) -> list[str]:
    """Return the names of a class's attributes and of the keys that its methods use."""
    found = [
        each.attr for each in ast.walk(owner) if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name)
    ]
    keys = [each.value for each in ast.walk(owner) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return [*dict.fromkeys([*found, *(key for key in keys if key.isidentifier())])]


def _recognise_methods(
    source: Source, module: Module, owner: ast.ClassDef, forward: ast.FunctionDef, backward: ast.FunctionDef
) -> Found:
    """Return a pair of methods as a target, or the reason why it is none."""
    name = f"{owner.name}.{forward.name}"
    if reason := unlike_a_pass(forward):
        return Found(Refusal(name, source.file, forward.lineno, f"{owner.name}.{forward.name} {reason}"))
    how = calling(forward, backward, methods_of(owner), owner)
    how, solutions = _solved(source, module, how)
    best = solutions[0]
    target = built(source.file, name, how, best)
    if how.rate and not target.gradients and not best.result.gradients:
        target = _updating(target, how)
    elif how.rate in parameters_of(backward) and how.rate not in defaults_of(backward):
        target = _still(target, how)
    reason, missing = _why_not(owner, how, best, target)
    if reason:
        return Found(Refusal(name, source.file, forward.lineno, reason, missing, target))
    return concluded(target, how, solutions)


def _solved(source: Source, module: Module, how: Calling) -> tuple[Calling, list[Solution[Followed]]]:
    """Return how methods fit together; a loss may be that of a list of sequences, of which one is passed then."""
    ways = [how, replace(how, wrapped=True)] if how.loss and how.given else [how]
    found = [(each, solved(module, each, supposing(source, module, each))) for each in ways]
    return min(found, key=lambda way: (not way[1][0].result.sure, way[1][0].cost))


def _updating(target: Target, how: Calling) -> Target:
    """Return a target whose backward pass is passed the learning rate and returns nothing."""
    call = target.backward
    assert call is not None
    assert how.backward is not None
    arguments = with_rate(call.arguments, how.backward, how.rate)
    return replace(target, backward=replace(call, arguments=arguments, returns=()), update=how.rate)


def _still(target: Target, how: Calling) -> Target:
    """Return a target whose backward pass is passed a learning rate of 0, since it tells its gradients besides."""
    call = target.backward
    assert call is not None, "a pair of methods has a backward pass"
    assert how.backward is not None, "a pair of methods has a backward pass"
    passed = replace(call, arguments=with_rate(call.arguments, how.backward, how.rate))
    return replace(target, backward=passed, constants={**target.constants, how.rate: 0})


def _why_not(
    owner: ast.ClassDef, how: Calling, best: Solution[Followed], target: Target
) -> tuple[str, tuple[str, ...]]:
    assert how.backward is not None
    backward = f"{owner.name}.{how.backward.name}"
    unknown = [name for name, taken in how.taken.items() if taken.role == "unknown"]
    said = [*unsaid(how, best)]
    if said:
        return f"{owner.name} takes {'; it takes '.join(said)}", ("object", "constants")
    if best.result.absent:
        read = " and ".join(sorted(best.result.absent))
        return f"{owner.name}.{how.forward.name} reads {read}, which a fresh object does not have", ("first",)
    if unknown:
        return f"{backward} takes {' and '.join(unknown)}, which {how.forward.name} neither takes nor returns", (
            "backward",
        )
    if not how.loss and not any(taken.role == "upstream" for taken in how.taken.values()):
        return f"{backward} takes no cotangent of something that {how.forward.name} returns", ("backward",)
    if not best.result.gradients and not target.gradients and not target.parameters:
        start = method_of(owner, "__init__")
        made = "its constructor" if start is not None else "the class"
        return f"where {backward} leaves the gradients is not told by {made}", ("parameters", "gradients")
    return "", ()
