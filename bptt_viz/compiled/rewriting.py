"""Sums of sums made one sum, with all of it that does not depend on the step before added up beforehand."""

from collections.abc import Collection, Sequence

from bptt_viz.compiled.families import Family, Operand
from bptt_viz.compiled.order import components, is_recurrent
from bptt_viz.ops.arithmetic import ADD


def ordered(families: Sequence[Family], kept: Collection[Family]) -> list[list[Family]]:
    """Return the components in order, with sums rewritten.

    Args:
        families: all families; those that feed back on themselves are changed in place.
        kept: those whose own value or cotangent is asked for.
    """
    readers = _reader_counts(families)
    found: list[list[Family]] = []
    for component in components(families):
        if not is_recurrent(component):
            found.append(component)
            continue
        inside = set(component)
        absorbed: set[Family] = set()
        for family in reversed(component):
            if family.primitive is ADD and family not in absorbed:
                single = {f for f in inside if readers[f] == 1 and f not in kept and f.initial is None}
                family.operands = tuple(_flattened(family, single, absorbed))
        rest = [family for family in component if family not in absorbed]
        found += [[made] for family in rest if (made := _outside(family, inside)) is not None]
        found.append(rest)
    return found


def _reader_counts(families: Sequence[Family]) -> dict[Family, int]:
    counts = dict.fromkeys(families, 0)
    for family in families:
        for source, _ in family.operands:
            if isinstance(source, Family):
                counts[source] += 1
    return counts


def _flattened(family: Family, single: set[Family], absorbed: set[Family]) -> list[Operand]:
    """Return the terms of a sum, with those of sums within it that nothing else reads in their place."""
    terms: list[Operand] = []
    for operand in family.operands:
        source = operand.source
        inner = isinstance(source, Family) and source in single and not operand.lag
        if inner and isinstance(source, Family) and source.primitive is ADD and source.shape == family.shape:
            absorbed.add(source)
            terms += _flattened(source, single, absorbed)
        else:
            terms.append(operand)
    return terms


def _outside(family: Family, inside: set[Family]) -> Family | None:
    """Split off the terms of a sum that are known before its component starts; None if that is not worth a sum."""
    outer = [operand for operand in family.operands if operand.source not in inside]
    whole = [o for o in outer if isinstance(o.source, Family) and o.source.shape == family.shape and not o.lag]
    if family.primitive is not ADD or len(outer) < 2 or not whole or len(outer) == len(family.operands):
        return None
    first = [whole[0], *(operand for operand in outer if operand is not whole[0])]
    made = Family(ADD, family.first, family.shape, family.dtype, operands=tuple(first), last=family.last)
    family.operands = (*(o for o in family.operands if o.source in inside), Operand(made))
    return made
