"""All targets of a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bptt_viz.targets.declaration import Refusal, Target
from bptt_viz.targets.recognise.building import Evidence
from bptt_viz.targets.recognise.classes import Result, of_classes
from bptt_viz.targets.recognise.inference.module import Module, read_module
from bptt_viz.targets.recognise.losses import losses, recognise_loss
from bptt_viz.targets.recognise.names import direction
from bptt_viz.targets.recognise.pair import recognise_pair
from bptt_viz.targets.recognise.pairing import Pairing, called_within, paired, unlike_a_pass
from bptt_viz.targets.recognise.reading import Source, read_source


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file holds.

    Attributes:
        source: the file.
        targets: that can be checked, in their order.
        refusals: what looks like a target and cannot be checked as it stands.
        notes: what else a user should know, one sentence each.
        evidence: what each target rests on, by its name.
    """

    source: Source
    targets: tuple[Target, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...] = ()
    evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)


def recognise(file: str) -> Recognised:
    """Find all targets of a file, without running it.

    Raises:
        UsageError: it cannot be read, or it is no Python.
    """
    source = read_source(file)
    module = read_module(source.tree)
    pairing = paired(module.functions)
    results = [*_of_functions(source, module, pairing), *of_classes(source, module)]
    targets = tuple(found for found, _ in results if isinstance(found, Target))
    refusals = [found for found, _ in results if isinstance(found, Refusal)]
    done = {found.name for found, _ in results}
    lonely = (*_misspelt(source, module, pairing), *_alone(source, module, pairing))
    refusals += [each for each in lonely if each.name not in done]
    evidence = {found.name: rests for found, rests in results if isinstance(found, Target)}
    return Recognised(source, targets, tuple(refusals), source.notes, evidence)


def _of_functions(source: Source, module: Module, pairing: Pairing) -> Iterator[Result]:
    known = module.functions
    for forward, backward in pairing.pairs:
        yield recognise_pair(source, module, forward, known[forward], known[backward])
    in_pairs = {each for pair in pairing.pairs for each in pair}
    rest = {name: node for name, node in known.items() if name not in in_pairs}
    for name, loss in losses(module, rest):
        yield recognise_loss(source, module, rest[name], loss)


def _misspelt(source: Source, module: Module, found: Pairing) -> Iterator[Refusal]:
    """Propose a partner that is misspelt, rather than guess it."""
    for forward, backward in found.misspelt:
        node = module.functions[forward]
        target, _ = recognise_pair(source, module, forward, node, module.functions[backward])
        line = module.functions[backward].lineno
        reason = f"{forward} and {backward} ({source.place(line)}) look like a pair whose names do not match"
        draft = target if isinstance(target, Target) else target.draft
        yield Refusal(forward, source.file, node.lineno, reason, ("which function is the partner",), draft)


def _alone(source: Source, module: Module, found: Pairing) -> Iterator[Refusal]:
    """Functions without a partner; one that a pair calls is checked with that pair."""
    used = called_within(module.functions, [module.functions[name] for pair in found.pairs for name in pair])
    for name in found.alone:
        node = module.functions[name]
        way, _ = direction(name) or ("", ())
        if name in used:
            continue
        reason = unlike_a_pass(node)
        partner = _partner(name, way)
        said = f"{name} {reason}" if reason else f"{name} has no {partner}"
        yield Refusal(name, source.file, node.lineno, said, (partner,))


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
