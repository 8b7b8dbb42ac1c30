"""Functions that return a loss together with its gradients, as min-char-rnn's does."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bptt_viz.targets.declaration import Argument, Refusal
from bptt_viz.targets.recognise.building import Found, built, concluded
from bptt_viz.targets.recognise.calling import Calling, loss_calling, methods_of, parameters_of
from bptt_viz.targets.recognise.following import Followed
from bptt_viz.targets.recognise.inference.module import Module
from bptt_viz.targets.recognise.inference.search import Solution
from bptt_viz.targets.recognise.matching import match_gradients
from bptt_viz.targets.recognise.names import LOSS, differentiated, is_cache, is_upstream, losses_among
from bptt_viz.targets.recognise.pair import solved, supposing
from bptt_viz.targets.recognise.reading import Source
from bptt_viz.targets.recognise.refusing import unsaid
from bptt_viz.targets.recognise.returned import Functions, returned
from bptt_viz.targets.roles import names


def losses(module: Module, functions: Mapping[str, ast.FunctionDef]) -> Iterator[tuple[str, str]]:
    """Yield the functions that return a loss with gradients: the function's name and the loss's."""
    around = {*module.assigned, *(key for expression, _ in module.assigned.values() for key in _keys(expression))}
    for name, node in functions.items():
        loss = loss_of(node, around, module.functions)
        if loss:
            yield name, loss


def loss_of(node: ast.FunctionDef, around: Iterable[str], functions: Functions) -> str:
    """Return the name of the loss that a function returns besides gradients; empty if it does not.

    Args:
        node: the function.
        around: arrays that it may use without being given them.
        functions: others whose results it may pass on.
    """
    parameters = parameters_of(node)
    if any(is_upstream(name) and is_cache(other) for name in parameters for other in parameters if name != other):
        return ""
    parts = [*names(returned(node, functions))]
    if not LOSS.fullmatch(node.name) and not any(LOSS.fullmatch(part.name) for part in parts):
        return ""
    known = [*parameters, *_keys(node), *around]
    gradients = {at for at, (_, basis) in match_gradients(parts, known).items() if basis in {"name", "rule"}}
    rest = [part.name for at, part in enumerate(parts) if at not in gradients]
    named = losses_among(rest)
    if gradients:
        return (named or [""])[0]
    if not LOSS.fullmatch(node.name) or len(rest) < 2:
        return ""
    nameless = [name for name in rest if name.startswith("out")]  # a loss function may return an expression as gradient
    gradient = [rest[1]] if len(rest) == 2 and (is_upstream(rest[1]) or differentiated(rest[1])) else []
    return rest[0] if (nameless or gradient) and rest[0] in (*named, *nameless) else ""


def _keys(node: ast.AST) -> list[str]:
    """Return texts that may be keys of a dict of parameters."""
    return [
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.isidentifier()
    ]


def recognise_loss(
    source: Source, module: Module, node: ast.FunctionDef, loss: str, owner: ast.ClassDef | None = None
) -> Found:
    """Return a function of this kind as a target with what it rests on, or the reason why it is none."""
    how = loss_calling(node, loss, methods_of(owner) if owner is not None else module.functions, owner)
    name = f"{owner.name}.{node.name}" if owner is not None else node.name
    solutions = solved(module, how, supposing(source, module, how))
    best = solutions[0]
    target = built(source.file, name, how, best)
    reason, missing = _why_not(how, best)
    if reason:
        draft = target if best.result.gradients else None
        return Found(Refusal(name, source.file, node.lineno, reason, missing, draft))
    return concluded(target, how, solutions)


def _why_not(how: Calling, best: Solution[Followed]) -> tuple[str, tuple[str, ...]]:
    said = [*unsaid(how, best)]
    if said:
        return f"{how.forward.name} takes {'; it takes '.join(said)}", ("constants",)
    if not best.result.gradients:
        return f"nothing that {how.forward.name} returns is the gradient of an array whose size is known", ("shapes",)
    lost = [name for name in lost_gradients(how, best) if name in best.run.unclear]
    if lost:
        return f"the size of {' and '.join(lost)} is known only when the file runs", ("globals", "shapes")
    return "", ()


def lost_gradients(how: Calling, best: Solution[Followed]) -> Sequence[str]:
    """Return the arrays of the module whose gradient is returned, but of which nothing is known."""
    order: Sequence[Argument] = [*names(best.result.returned)]
    left = [each for at, each in enumerate(order) if at not in best.result.gradients]
    return [
        name for name, basis in match_gradients(left, sorted(best.run.unclear)).values() if basis in {"name", "rule"}
    ]
