"""Targets whose forward pass is put together from several functions."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bptt_viz.targets.declaration import Argument, Call, Target
from bptt_viz.targets.recognise.building import Found, built, concluded
from bptt_viz.targets.recognise.calling import Calling, Node, methods_of, parameters_of, with_rate
from bptt_viz.targets.recognise.chaining import Chain, chains
from bptt_viz.targets.recognise.driving import scopes_of
from bptt_viz.targets.recognise.following import Followed
from bptt_viz.targets.recognise.inference.module import Module
from bptt_viz.targets.recognise.inference.search import Solution
from bptt_viz.targets.recognise.inference.values import defaults_of
from bptt_viz.targets.recognise.pair import solved, supposing
from bptt_viz.targets.recognise.reading import Source
from bptt_viz.targets.recognise.refusing import unsaid
from bptt_viz.targets.recognise.uses import onehot_in
from bptt_viz.targets.roles import names


def recognise_chain(
    source: Source, module: Module, name: str, forward: Node, backward: Node, owner: ast.ClassDef | None = None
) -> Found | None:
    """Return a forward and a backward pass as a target that a loss joins; None if nothing says which."""
    functions = methods_of(owner) if owner is not None else module.functions
    fitting: list[tuple[Chain, list[Solution[Followed]]]] = []
    for chain in chains(forward, backward, functions, scopes_of(source.tree), owner):
        solutions = solved(module, chain.how, supposing(source, module, chain.how))
        if _says_enough(chain, solutions[0]):
            fitting.append((chain, solutions))
            if chain.kind != "implied":  # of those, which output the target is compared with shows by its sizes
                break
    if not fitting:
        return None
    return _chained(source, name, *min(fitting, key=lambda each: each[1][0].cost))


def _chained(source: Source, name: str, chain: Chain, solutions: list[Solution[Followed]]) -> Found:
    """Return a chain in which everything fits as a target."""
    target = built(source.file, name, chain.how, solutions[0])
    found = concluded(target, chain.how, solutions)
    assert isinstance(found.target, Target), "what is concluded is a target"
    made = unchained(with_rows(found.target, chain), chain)
    return replace(found, target=_updating(made, chain.how) if _updates(made, chain.how) else made)


def _updates(target: Target, how: Calling) -> bool:
    """Tell whether backward changes the parameters itself, and returns no gradient of them."""
    return bool(how.rate) and target.backward is not None and not target.gradients and not _returned_gradients(target)


def _returned_gradients(target: Target) -> list[str]:
    """Return the gradients that backward returns of parameters."""
    returned = {each.name for each in names(target.backward.returns)} if target.backward is not None else set()
    return [each.name for each in names(target.parameters) if f"d{each.name}" in returned]


def _updating(target: Target, how: Calling) -> Target:
    call = target.backward
    assert call is not None, "the caller has made sure"
    assert how.backward is not None, "a chain that implies a loss has a backward pass"
    arguments = with_rate(call.arguments, how.backward, how.rate)
    return replace(target, backward=replace(call, arguments=arguments, returns=()), update=how.rate)


def _says_enough(chain: Chain, best: Solution[Followed]) -> bool:
    found = best.result
    if [*unsaid(chain.how, best)] or found.absent:
        return False
    return bool(found.gradients or found.kept.parameters or chain.how.updated)


def unchained(target: Target, chain: Chain) -> Target:
    """Return a target that was built from a chain with the calls that the code has."""
    held = {each.name: replace(each, keyword="") for each in target.forward.arguments}
    own_ = target.forward.owner
    outputs = tuple(Argument("name", name) for name in chain.outputs)

    def arguments(node: Node, passed: Mapping[str, str]) -> tuple[Argument, ...]:
        order = parameters_of(node)
        skipped = next((at for at, name in enumerate(order) if name not in passed), len(order))
        return tuple(
            replace(held.get(value, Argument("name", value)), keyword=name if order.index(name) > skipped else "")
            for name, value in passed.items()
        )

    given = {name: name for name in parameters_of(chain.first) if name in held and name not in defaults_of(chain.first)}
    first = Call(own_, chain.first.name, arguments(chain.first, given), target.forward.globals, outputs)
    if chain.kind == "implied":
        return replace(target, forward=first, losses=_implied(target, chain))
    returns = (Argument("name", "loss"),) if chain.kind == "loss" else target.forward.returns
    last = Call(own_, chain.last.name, arguments(chain.last, chain.passed), target.forward.globals, returns)
    if chain.kind == "backward" and chain.how.rate:
        last = replace(last, arguments=with_rate(last.arguments, chain.last, chain.how.rate))
        target = replace(target, update=chain.how.rate)
    return replace(target, first=replace(first, globals=()), forward=last)


def _implied(target: Target, chain: Chain) -> tuple[Call, ...]:
    output, wanted = (Argument("name", name) for name in chain.how.compared)
    spec = target.shapes.get(wanted.name)
    rows = ("cross_entropy", "softmax_cross_entropy", "squares", "binary_cross_entropy")
    of = {"int": rows[:2], "onehot": rows}.get(spec.kind if spec is not None else "", rows[2:])
    return tuple(Call("", name, (output, wanted)) for name in of)


def with_rows(target: Target, chain: Chain) -> Target:
    """Return a target with the targets of a softmax as rows with a single 1."""
    _, wanted = chain.how.compared
    spec = target.shapes.get(wanted)
    nodes = [chain.how.owner] if chain.how.owner is not None else [*chain.how.nodes]
    if spec is None or spec.kind != "float" or not spec.axes or not (_is_softmax(nodes) or wanted in onehot_in(nodes)):
        return target
    return replace(target, shapes={**target.shapes, wanted: replace(spec, kind="onehot")})


def _is_softmax(nodes: Sequence[ast.AST]) -> bool:
    """Tell whether code calls a softmax, or divides by a sum."""
    for each in (each for node in nodes for each in ast.walk(node)):
        if isinstance(each, ast.Call) and "softmax" in ast.unparse(each.func).lower():
            return True
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div) and "sum(" in ast.unparse(each.right):
            return True
    return False
