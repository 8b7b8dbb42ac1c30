"""Which functions of a file are a forward and a backward pass of the same thing."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bptt_viz.targets.recognise.inference.values import arguments_of
from bptt_viz.targets.recognise.names import BACKWARD, FORWARD, alike, direction, distance, is_cache, is_upstream, words
from bptt_viz.targets.recognise.returned import own, returned

Functions = Mapping[str, ast.FunctionDef]
_LOSSES = frozenset(["loss", "cost", "objective"])


@dataclass(frozen=True, slots=True)
class Pairing:
    """The functions of a file, sorted out.

    Attributes:
        pairs: names of a forward and a backward function.
        misspelt: pairs of which one is called what the other's partner would be called but for a misspelling.
        alone: forward or backward functions without a partner.
    """

    pairs: tuple[tuple[str, str], ...]
    misspelt: tuple[tuple[str, str], ...]
    alone: tuple[str, ...]


def paired(functions: Functions) -> Pairing:
    """Return which functions belong together, in the order of the forward functions."""
    said = {name: found for name in functions if (found := direction(name)) is not None}
    forward = {name: base for name, (way, base) in said.items() if way == "forward"}
    backward = {name: base for name, (way, base) in said.items() if way == "backward"}
    pairs = _of_same_base(forward, backward)
    plain = {name: words(name) for name in functions if name not in said}
    for other, base in backward.items():
        free = [name for name in plain if name not in pairs]
        fitting = [name for name in free if plain[name] == base] or [name for name in free if _is_loss_of(name, base)]
        if other not in pairs.values() and fitting and base:
            pairs[fitting[0]] = other
    left_forward = [name for name in forward if name not in pairs]
    left_backward = [name for name in backward if name not in pairs.values() and _is_backward(functions[name])]
    misspelt = _misspelt(functions, left_forward, left_backward, [*plain])
    done = {name for pair in misspelt for name in pair}
    alone = [name for name in (*left_forward, *left_backward) if name not in done]
    order = sorted(pairs.items(), key=lambda pair: functions[pair[0]].lineno)
    return Pairing(tuple(order), tuple(misspelt), tuple(sorted(alone, key=lambda name: functions[name].lineno)))


def _is_loss_of(name: str, base: Sequence[str]) -> bool:
    """Tell whether a function is called the loss of what another one is the backward pass of."""
    rest = [word for word in words(name) if word not in _LOSSES]
    return rest == [*base] and len(rest) < len(words(name))


def _of_same_base(forward: Mapping[str, tuple[str, ...]], backward: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Pair what is left without its direction alike; `forward_rnn` goes with `backward_rnn` before `rnn_backward`."""
    alike_ones = [
        (distance(one, two, 99), one, two)
        for one, base in forward.items()
        for two, theirs in backward.items()
        if base == theirs
    ]
    pairs: dict[str, str] = {}
    for _, one, two in sorted(alike_ones, key=lambda found: found[0]):
        if one not in pairs and two not in pairs.values():
            pairs[one] = two
    return pairs


def _is_backward(node: ast.FunctionDef) -> bool:
    """Tell whether a function takes what a backward pass takes; `gradient(x)` alone says nothing."""
    names = [each.arg for each in arguments_of(node)]
    return len(names) > 1 and any(is_cache(name) or is_upstream(name) for name in names)


def _misspelt(
    functions: Functions, forward: Iterable[str], backward: Sequence[str], plain: Sequence[str]
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in forward:
        gone = {other for _, other in found}
        close = [other for other in (*backward, *plain) if other not in gone and _nearly(name, other, BACKWARD)]
        if close:
            found.append((name, close[0]))
    for name in backward:
        gone = {other for pair in found for other in pair}
        close = [other for other in plain if other not in gone and _nearly(name, other, FORWARD)]
        if name not in gone and close:
            found.append((close[0], name))
    return found


def _nearly(name: str, other: str, directions: Iterable[str]) -> bool:
    """Tell whether a function's name is that of another's partner but for a misspelling of one of its words."""
    said = direction(name)
    base = list(said[1]) if said is not None else []
    theirs = list(words(other))
    told = direction(other)
    if told is not None:
        return len(told[1]) == len(base) and " ".join(told[1]) != " ".join(base) and all(map(alike, told[1], base))
    for at, word in enumerate(theirs):
        rest = theirs[:at] + theirs[at + 1 :]
        if rest == base and any(len(known) > 4 and distance(word, known) <= 2 for known in directions):
            return True
    return False


def called_within(functions: Functions, nodes: Iterable[ast.FunctionDef]) -> set[str]:
    """Return the functions of a file that some functions call, directly or through others."""
    found: set[str] = set()
    waiting = [*nodes]
    while waiting:
        for each in ast.walk(waiting.pop()):
            called = each.func.id if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) else ""
            if called in functions and called not in found:
                found.add(called)
                waiting.append(functions[called])
    return found


def closures(functions: Functions) -> dict[str, ast.FunctionDef]:
    """Return the functions that return their own backward pass, a function defined within them, with that function."""
    found: dict[str, ast.FunctionDef] = {}
    for name, node in functions.items():
        within = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        passed_on = [within[each.name] for each in returned(node) if each.name in within]
        if len(passed_on) == 1 and len(returned(node)) > 1 and not unlike_a_pass(node) and returned(passed_on[0]):
            found[name] = passed_on[0]
    return found


def unlike_a_pass(node: ast.FunctionDef) -> str:
    """Return why a function cannot be a pass, in words; empty if it can."""
    if not [each for each in (*arguments_of(node), node.args.vararg) if each is not None and each.arg != "self"]:
        return "takes nothing"
    if not returned(node) and not is_empty(node):
        return "returns nothing"
    return ""


def is_empty(node: ast.FunctionDef) -> bool:
    """Tell whether a function is still to be written."""
    body = [each for each in own(node) if isinstance(each, ast.stmt)]
    calls = (each.value.func for each in body if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call))
    if any(not (isinstance(call, ast.Name) and call.id == "print") for call in calls):
        return False
    return all(isinstance(each, ast.Pass | ast.Expr | ast.Raise | ast.Return) for each in body)
