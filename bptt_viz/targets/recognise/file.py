"""All targets of a file."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bptt_viz.results.explanation import Ground
from bptt_viz.targets.declaration import Refusal, Target
from bptt_viz.targets.declared import declared_for
from bptt_viz.targets.recognise.beside import beside
from bptt_viz.targets.recognise.building import Found
from bptt_viz.targets.recognise.calling import method_of
from bptt_viz.targets.recognise.chained import recognise_chain
from bptt_viz.targets.recognise.classes import inheriting, of_classes
from bptt_viz.targets.recognise.inference.module import Module, known_functions, read_module
from bptt_viz.targets.recognise.losses import losses, recognise_loss
from bptt_viz.targets.recognise.names import LOSS, direction
from bptt_viz.targets.recognise.pair import recognise_pair
from bptt_viz.targets.recognise.pairing import Pairing, called_within, closures, paired, unlike_a_pass
from bptt_viz.targets.recognise.reading import Source, read_source
from bptt_viz.targets.recognise.returned import own, returned
from bptt_viz.targets.roles import names


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file holds.

    Attributes:
        source: the file.
        targets: that can be checked, in their order.
        refusals: what looks like a target and cannot be checked as it stands.
        notes: what else a user should know, one sentence each.
        evidence: what each target rests on, by its name.
        sure: names of targets all of whose gradients were found to be as large as their inputs.
    """

    source: Source
    targets: tuple[Target, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...] = ()
    evidence: Mapping[str, tuple[Ground, ...]] = field(default_factory=dict)
    sure: frozenset[str] = frozenset()


def recognise(file: str) -> Recognised:
    """Find all targets of a file, without running it: those declared, and those that the code alone says enough of.

    A declaration stands for what it is the forward pass of; nothing else is supposed about that.

    Raises:
        UsageError: the file cannot be read or is no Python, or a declaration for it makes no sense.
    """
    source = read_source(file)
    module = read_module(source.tree, beside(file, source.tree) if _is_promising(source.tree) else ())
    declared = tuple(_placed(target, module) for target in declared_for(file, source.tree))
    said = {_owned(target) for target in declared}
    around = known_functions(module)
    pairing = _own(paired(around), module)
    results = [*_of_functions(source, module, pairing), *of_classes(source, module)]
    results = [*_checked_with_another(results, module, pairing)]
    good = [each for each in results if isinstance(each.target, Target) and _owned(each.target) not in said]
    targets = [each.target for each in good if isinstance(each.target, Target)]
    refusals = [each.target for each in results if isinstance(each.target, Refusal)]
    done = {each.target.name for each in results}
    lonely = (*_misspelt(source, module, pairing), *_alone(source, module, pairing))
    refusals += [each for each in lonely if each.name not in done]
    left = tuple(each for each in refusals if not _is_declared(each, declared))
    order = sorted((*declared, *targets), key=lambda target: target.line or 0)
    evidence = {each.target.name: each.evidence for each in good}
    sure = frozenset(each.target.name for each in good if each.sure)
    return Recognised(source, tuple(order), left, source.notes, evidence, sure)


def _is_promising(tree: ast.Module) -> bool:
    """Tell whether anything in a file is called a forward or backward pass or a loss, so that it is worth more time."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return any(direction(node.name) for node in functions) or any(map(_may_be_a_loss, functions))


def _may_be_a_loss(node: ast.FunctionDef) -> bool:
    """Tell whether a function may return a loss with gradients: several things, a loss in its name or among them."""
    parts = [*names(returned(node))]
    passed_on = any(isinstance(each, ast.Return) and isinstance(each.value, ast.Call) for each in own(node))
    told = [node.name, *(part.name for part in parts)]
    return (len(parts) > 1 or passed_on) and any(LOSS.fullmatch(name) for name in told)


def _checked_with_another(results: Sequence[Found], module: Module, pairing: Pairing) -> Iterator[Found]:
    """Yield what was found, without pairs that cannot be checked by themselves but with another that calls them."""
    known, partner = known_functions(module), dict(pairing.pairs)
    good = [each.target.name for each in results if isinstance(each.target, Target) and each.target.name in partner]
    used = called_within(known, [known[name] for one in good for name in (one, partner[one])])
    for each in results:
        name = each.target.name
        helping = isinstance(each.target, Refusal) and name in used and partner.get(name) in used
        if not helping:
            yield each


def _owned(target: Target) -> tuple[str, str]:
    """Return the class, if it is one of methods, and the function of a target's forward pass."""
    return (target.object.name if target.object is not None else "", target.forward.name)


def _is_declared(refusal: Refusal, declared: Sequence[Target]) -> bool:
    """Tell whether declarations speak of what was refused."""
    named = {name for target in declared for name in (".".join(filter(None, _owned(target))), target.forward.name)}
    return refusal.name in named | {target.backward.name for target in declared if target.backward is not None}


def _placed(target: Target, module: Module) -> Target:
    """Return a declared target with the line of its forward pass."""
    owner, name = _owned(target)
    if owner in module.classes:
        node = method_of(inheriting(module.classes[owner], module), name)
    else:
        node = module.functions.get(name)
    return replace(target, line=node.lineno) if node is not None else target


def _of_functions(source: Source, module: Module, pairing: Pairing) -> Iterator[Found]:
    known = known_functions(module)
    for forward, backward in pairing.pairs:
        found = recognise_pair(source, module, forward, known[forward], known[backward])
        if isinstance(found.target, Refusal):
            found = recognise_chain(source, module, forward, known[forward], known[backward]) or found
        yield found
    in_pairs = {each for pair in pairing.pairs for each in pair}
    rest = {name: node for name, node in module.functions.items() if name not in in_pairs}
    for name, closure in closures(rest).items():
        yield recognise_pair(source, module, name, rest.pop(name), closure)
    for name, loss in losses(module, rest):
        yield recognise_loss(source, module, rest[name], loss)


def _own(found: Pairing, module: Module) -> Pairing:
    """Return what a module's own functions take part in; others are looked at where they are defined."""
    own = module.functions
    pairs = tuple(pair for pair in found.pairs if any(name in own for name in pair))
    misspelt = tuple(pair for pair in found.misspelt if any(name in own for name in pair))
    return Pairing(pairs, misspelt, tuple(name for name in found.alone if name in own))


def _misspelt(source: Source, module: Module, found: Pairing) -> Iterator[Refusal]:
    """Propose a partner that is misspelt, rather than guess it."""
    for forward, backward in found.misspelt:
        node = known_functions(module)[forward]
        target = recognise_pair(source, module, forward, node, known_functions(module)[backward]).target
        line = known_functions(module)[backward].lineno
        reason = f"{forward} and {backward} ({source.place(line)}) look like a pair whose names do not match"
        draft = target if isinstance(target, Target) else target.draft
        yield Refusal(forward, source.file, node.lineno, reason, ("backward",), draft)


def _alone(source: Source, module: Module, found: Pairing) -> Iterator[Refusal]:
    """Functions without a partner; one that a pair calls is checked with that pair."""
    used = called_within(module.functions, [known_functions(module)[name] for pair in found.pairs for name in pair])
    for name in found.alone:
        node = module.functions[name]
        way, _ = direction(name) or ("", ())
        if name in used:
            continue
        reason = unlike_a_pass(node)
        partner = _partner(name, way)
        said = f"{name} {reason}" if reason else f"{name} has no {partner}"
        yield Refusal(name, source.file, node.lineno, said, ("backward" if way == "forward" else "forward",))


def _partner(name: str, way: str) -> str:
    """Return what a function's partner would be called."""
    wanted = {
        "forward": "backward",
        "backward": "forward",
        "fwd": "bwd",
        "bwd": "fwd",
        "fprop": "bprop",
        "bprop": "fprop",
    }
    for word, other in wanted.items():
        for one, two in ((word, other), (word.capitalize(), other.capitalize())):
            if one in name:
                return name.replace(one, two)
    return f"{'backward' if way == 'forward' else 'forward'} partner"
