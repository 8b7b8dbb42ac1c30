"""The backward pass of one time step, operation by operation: rules, local derivatives, and what flows."""

from collections.abc import Sequence

from bptt_viz.analyses.expressions import Expressions
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.numbers import brief, entries, is_small, ranges, shape_text
from bptt_viz.analyses.graph.parts import gate_of
from bptt_viz.analyses.graph.rollout_sections import rollout_sections
from bptt_viz.analyses.graph.section import Exit, Section
from bptt_viz.analyses.graph.steps import arriving
from bptt_viz.analyses.graph.view import shown_steps, title_of
from bptt_viz.analyses.lowering import Operand, Operation, lower
from bptt_viz.analyses.notation import fill
from bptt_viz.arrays import Array
from bptt_viz.models import Rollout
from bptt_viz.results.trace import Arrival, Numbers, Row, Sent, Trace


def trace(rollout: Rollout, at: int | None = None) -> Trace:
    """Follow one step's backward pass from L = Σ L_t.

    Args:
        rollout: a recorded model; backward passes reach its inputs if it was recorded so.
        at: the step; by default the last with an output and a step behind it.

    Raises:
        UsageError: there is no such step.
    """
    t = shown_steps(None if at is None else str(at), rollout, "--step")[0]
    (section,) = rollout_sections(rollout, range(t, t + 1), stands_in=False)
    rows = _Tracing(section, Gradients(rollout)).rows()
    return Trace(title_of(rollout, f"step {t} of {rollout.steps}"), t, rollout.steps, tuple(rows))


class _Tracing:
    def __init__(self, section: Section, gradients: Gradients) -> None:
        self._section = section
        self._gradients = gradients
        self._operations = lower(section.nodes, section.wanted(), section.names)
        self._text = Expressions(self._operations, section.names, section.outside())
        self._nodes = section.everything()
        self._places = section.places()
        self._users: dict[int, list[tuple[Operation, Operand]]] = {}
        for operation in self._operations.values():
            for operand in operation.operands:
                self._users.setdefault(operand.source, []).append((operation, operand))

    def rows(self) -> Sequence[Row]:
        """Return what gets a gradient, from the last value back to the first; what is given comes last."""
        active = [operation for operation in reversed(self._operations.values()) if operation.node.active]
        computed = [operation for operation in active if operation.symbol]
        given = [operation for operation in active if not operation.symbol]
        return [self._row(operation) for operation in [*computed, *reversed(given)]]

    def _row(self, operation: Operation) -> Row:
        index, node, text = operation.index, operation.node, self._text
        name, total = text.cotangents[index], text.sums[index]
        return Row(
            text.values[index],
            text.formulas[index],
            operation.symbol,
            operation.nickname,
            "op" if operation.symbol else self._section.kinds.get(index, "constant"),
            node.scope.layer,
            gate_of(operation, self._section),
            total if name == total else f"{name} = {total}",
            numbers(arriving(self._gradients, self._places[index], self._section, self._nodes)),
            tuple(self._arrivals(operation)),
            index in text.pieces,
            tuple(self._sent(operation, operand) for operand in operation.operands),
        )

    def _arrivals(self, operation: Operation) -> Sequence[Arrival]:
        node = operation.node
        found = []
        for user, operand in self._users.get(operation.index, ()):
            read = f"d{operand.piece}" if operand.is_gate else self._text.message(operand)
            found.append(Arrival(self._text.values[user.index], read, numbers(self._over(operand))))
        for out in self._section.exits:
            if out.node is node and out.mark:
                back = self._gradients.from_users(node, out.users)
                found.append(Arrival(_steps(out), out.mark, numbers(back)))
        if any(end.node is node for end in self._section.ends):
            found.append(Arrival("the sum L", "1", numbers(self._gradients.whole(node))))
        return found

    def _sent(self, operation: Operation, operand: Operand) -> Sent:
        target = self._operations[operand.source].node
        values = {one.letter: self._text.operand(one) for one in operation.operands}
        derivative = fill(operand.rule, values | {"g": "·", "y": self._text.values[operation.index]})
        flow = numbers(self._over(operand)) if target.active else None
        return Sent(self._text.operand(operand), _factor(derivative), self._text.message(operand), flow)

    def _over(self, operand: Operand) -> Array:
        index, slot = operand.slot
        return self._gradients.over(self._nodes[self._places[index]], slot, is_part=operand.is_gate)


def _steps(out: Exit) -> str:
    """Return the steps that use a value, in words."""
    times = sorted({user.scope.t for user in out.users if user.scope.t is not None})
    return f"step {times[0]}" if len(times) == 1 else f"steps {times[0]} to {times[-1]}" if times else "later"


def _factor(rule: str) -> str:
    """Return what a rule multiplies the incoming cotangent, `·`, with; a rule that does more stays as it is."""
    for before, behind in (("· ⊙ ", ""), ("", " ⊙ ·"), ("· (", ")")):
        inner = rule.removeprefix(before).removesuffix(behind)
        if rule.startswith(before) and rule.endswith(behind) and "·" not in inner:
            return inner[1:-1] if _is_bracketed(inner) else inner
    return {"·": "1", "−·": "−1"}.get(rule, rule)


def _is_bracketed(text: str) -> bool:
    """Tell whether one pair of brackets holds all of a text."""
    depth = 0
    for k, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and k < len(text) - 1:
            return False
    return text.startswith("(")


def numbers(array: Array) -> Numbers:
    """Return an array in short."""
    (found,) = ranges([array])
    ends = f"{brief(found.low)} to {brief(found.high)}"
    text = entries(array) if is_small(array) else f"{shape_text(array.shape)}, ‖·‖ {found.norm:.3g}, {ends}"
    return Numbers(array.shape, found.norm, found.low, found.high, text.replace("\n", " "))
