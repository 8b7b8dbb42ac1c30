"""One forward function with its backward function, recognised as a target."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from bptt_viz.targets.declaration import Refusal
from bptt_viz.targets.recognise.building import Found, built, concluded
from bptt_viz.targets.recognise.calling import Calling, calling
from bptt_viz.targets.recognise.following import Followed, follow_pair, supposed
from bptt_viz.targets.recognise.forms import forms_of, layout_of
from bptt_viz.targets.recognise.inference.choices import Form
from bptt_viz.targets.recognise.inference.module import Module
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.search import Solution, search
from bptt_viz.targets.recognise.names import is_chance
from bptt_viz.targets.recognise.pairing import called_within, unlike_a_pass
from bptt_viz.targets.recognise.reading import Source
from bptt_viz.targets.recognise.refusing import drafted, why_not
from bptt_viz.targets.recognise.scene import CHANCE
from bptt_viz.targets.recognise.telling import by_default, told
from bptt_viz.targets.recognise.uses import indexing

Forms = Callable[[str], Sequence[Form]]


def recognise_pair(
    source: Source, module: Module, name: str, forward: ast.FunctionDef, backward: ast.FunctionDef
) -> Found:
    """Return a pair as a target with what it rests on, or the reason why it is none."""
    for node in (forward,) if backward in forward.body else (forward, backward):  # a closure may take nothing
        if reason := unlike_a_pass(node):
            return Found(Refusal(name, source.file, forward.lineno, f"{node.name} {reason}"))
    how = calling(forward, backward, module.functions)
    solutions = solved(module, how, supposing(source, module, how))
    best = solutions[0]
    target = built(source.file, name, how, best)
    reason, missing = why_not(how, best)
    if reason:
        return Found(Refusal(name, source.file, forward.lineno, reason, missing, drafted(target, how, best)))
    if forward.name not in module.functions:  # imported: the line that is ours is backward's
        target = replace(target, line=backward.lineno)
    return concluded(target, how, solutions)


def supposing(source: Source, module: Module, how: Calling) -> Forms:
    """Return what may be supposed about an input, likeliest first."""
    said = {name: found for node in reversed(how.nodes) for name, found in told(source, node).items()}
    said |= by_default(module, how.nodes[0])
    chances = [name for name in how.given if is_chance(name, how.forward.name)]
    said = dict.fromkeys(chances, ((), CHANCE)) | said
    helpers = [module.functions[name] for name in sorted(called_within(module.functions, how.nodes))]
    scope: Sequence[ast.AST] = [*how.nodes, *helpers] if how.owner is None else [how.owner]
    layout, indices = layout_of(scope), indexing(scope)

    def forms(name: str) -> Sequence[Form]:
        axes, origin = said.get(name, (None, ""))
        return forms_of(name, layout, axes, origin, indices.get(name))

    return forms


def solved(module: Module, how: Calling, forms: Forms) -> list[Solution[Followed]]:
    """Return ways in which everything fits together, likeliest first.

    What forward leaves open is told by backward; what in backward does not fit then is passed over, since running it
    will show that.
    """
    given = (*how.made_of, *how.given)

    def tried(trust_place: bool, lenient: bool = False) -> list[Solution[Followed]]:
        def attempt(run: Run) -> Followed:
            return follow_pair(run, module, how, trust_place)

        return search(forms, given, attempt, lambda made: made.sure, lenient)

    found = tried(trust_place=True)
    if not found or not found[0].result.sure:
        other = tried(trust_place=False)
        most = len(found[0].result.gradients) if found else 0
        if other and (not found or (other[0].result.sure and len(other[0].result.gradients) >= max(most, 1))):
            found = other
    found = found or tried(trust_place=True, lenient=True)
    return found or search(forms, given, lambda run: supposed(run, how), lambda _: True)
