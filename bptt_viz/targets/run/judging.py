"""The outcome for one target: posed, checked at every point, and a difference explained."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bptt_viz.checking.differences import parse_method
from bptt_viz.checking.problem import Inconclusive, Misbehaviour
from bptt_viz.checking.run import CheckRequest, check, misbehaves
from bptt_viz.checking.shapes import Shape
from bptt_viz.errors import UsageError
from bptt_viz.results.check import Check, Verdict
from bptt_viz.results.targets import Outcome, TargetCheck, verdict_of
from bptt_viz.targets.declaration import Target
from bptt_viz.targets.roles import roles
from bptt_viz.targets.run.binding import Unfit
from bptt_viz.targets.run.completing import completed
from bptt_viz.targets.run.explaining.bounds import Bound, in_words
from bptt_viz.targets.run.explaining.clipped import SHRUNK, clipped, clipped_wherever_wrong
from bptt_viz.targets.run.explaining.hints import hint
from bptt_viz.targets.run.explaining.nearly import NEARLY, failures, is_nearly_right, worst
from bptt_viz.targets.run.explaining.scaled import Scaled, scale_of_most, scaled
from bptt_viz.targets.run.explaining.truncated import truncated
from bptt_viz.targets.run.explaining.whose import whose
from bptt_viz.targets.run.loading import Loaded
from bptt_viz.targets.run.point import Posing
from bptt_viz.targets.run.posed import NotLetThrough, Posed
from bptt_viz.targets.run.preparing import NotPosed, prepared
from bptt_viz.targets.run.question import Question
from bptt_viz.targets.run.raised import Raised
from bptt_viz.targets.run.refusing import refusal
from bptt_viz.targets.run.remarks import behaviour_in_words, not_compared, of_old_numpy, untried
from bptt_viz.targets.run.sweep import points
from bptt_viz.targets.run.types_asked import mentions_single
from bptt_viz.targets.run.unfinished import is_marked

Load = Callable[[bool], Loaded]

_OUTCOMES = {
    Verdict.PASS: Outcome.OK,
    Verdict.MISMATCH: Outcome.WRONG,
    Verdict.INCONCLUSIVE: Outcome.INCONCLUSIVE,
}


class Judge:
    """Judges one target.

    Args:
        target: the declaration.
        question: how it is checked.
        load: loads its file, as it stands or with every float32 in it read as float64.
        double: whether it is judged with every float32 read as float64.
        sure: whether the shapes are beyond doubt.
    """

    def __init__(self, target: Target, question: Question, load: Load, double: bool = False, sure: bool = True) -> None:
        self._target = target
        self._question = question
        self._load = load
        self._double = double
        self._sure = sure
        self._longest: int | None = None
        self._notes: list[str] = []
        self._seen: dict[str, None] = {}
        self._single: dict[str, None] = {}

    def judged(self) -> TargetCheck:
        """Return the outcome."""
        try:
            try:
                return self._judged()
            except NotLetThrough:  # somewhere, though it did at the first point: real differences always do
                self._question = replace(self._question, method="ridders")
                return self._judged()
        except UsageError as error:
            return self._answer(Outcome.NOT_RECOGNISED, str(error))
        except NotPosed as error:
            return self._refused(error.cause, error.label)
        except (Raised, Misbehaviour) as error:
            return self._refused(error)
        except Inconclusive as why:
            return self._answer(Outcome.INCONCLUSIVE, str(why))

    def _judged(self) -> TargetCheck:
        loaded = self._load(self._double)
        target = completed(self._target, loaded)
        posing, notes = prepared(target, roles(target, target.name), loaded)
        shapes, more = points(posing, self._question.shapes)
        self._longest = posing.longest(shapes)
        self._notes += [*notes, *not_compared(posing), *more]
        made = self._checked(posing, shapes)
        self._notes += self._differs_again(posing, shapes[-1])
        if made.verdict is Verdict.PASS:
            return self._passed(posing, shapes, made)
        return self._explained(posing, shapes, made)

    def _differs_again(self, posing: Posing, shape: Shape) -> list[str]:
        """Return a note about gradients that differ when backward runs twice after the same forward pass."""
        try:
            names = posing.at(shape, np.random.default_rng(0)).differing_again()
        except (Raised, Misbehaviour, Unfit):
            return ["backward can run only once after a forward pass"]
        told = ", ".join(f"d{name}" for name in names)
        return [f"a second backward pass after the same forward pass returns another {told}"] if names else []

    def _checked(self, posing: Posing, shapes: Sequence[Shape], behaviour: bool = True) -> Check:
        asked = self._question
        request = CheckRequest(
            target=self._target.name,
            seed=asked.seed,
            shapes=tuple(shapes),
            every_entry=asked.every_entry,
            method=parse_method(asked.method),
            judgement=asked.judgement,
        )

        def pose(shape: Shape, rng: np.random.Generator) -> Posed:
            posed = posing.at(shape, rng)
            posed.code.notes, posed.code.single = self._seen, self._single
            return posed

        return check(self._target.name, pose, request, behaviour)

    def _passed(self, posing: Posing, shapes: Sequence[Shape], made: Check) -> TargetCheck:
        """Return what is to be said of a gradient that is right at every point of the sweep."""
        if not posing.roles.upstreams:
            bound = clipped(posing, shapes, self._question.seed)
            if bound is not None:
                return self._is_clipped(bound, made)
        if posing.without:
            return self._without(posing, made)
        if self._single:
            sentence = f"{', '.join(self._single)} are rounded to single precision; right in double precision"
            return self._answer(Outcome.FLOAT32, sentence, made)
        return self._answer(Outcome.OK, "; ".join(untried(posing, self._longest)), made)

    def _without(self, posing: Posing, made: Check) -> TargetCheck:
        missing = ", ".join(f"d{name}" for name in sorted(posing.without))
        if is_marked(self._target, posing.loaded.tree, posing.loaded.text):
            return self._answer(Outcome.TODO, f"backward returns None for {missing}; the rest is right", made)
        self._notes.append(f"backward returns None for {missing}")
        return self._answer(Outcome.OK, "", made)

    def _explained(self, posing: Posing, shapes: Sequence[Shape], made: Check) -> TargetCheck:
        """Look for a purpose in a gradient that is not the right one."""
        if not self._double and (self._single or mentions_single(posing.loaded.tree)):
            return self._in_double(made)
        if all(case.verdict is Verdict.PASS or is_nearly_right(case) for case in made.cases):
            self._agrees_only(made)
            return self._passed(posing, shapes, made)
        bound = self._bound(posing, shapes, made)
        if bound is not None:
            return self._beneath(posing, shapes, made, bound)
        if any(map(misbehaves, made.cases)):
            return self._misbehaving(posing, shapes, made)
        return self._as_it_is(posing, shapes, made)

    def _bound(self, posing: Posing, shapes: Sequence[Shape], made: Check) -> Bound | None:
        """Return the bound that may explain a mismatch: what is not linear, or a loss's gradient that meets one."""
        seed = self._question.seed
        if posing.roles.upstreams:
            return clipped(posing, shapes, seed) if any(map(misbehaves, made.cases)) else None
        wrong = [
            (shape, (seed, k, 0))
            for k, (shape, case) in enumerate(zip(shapes, made.cases, strict=False))
            if case.verdict is Verdict.MISMATCH and not is_nearly_right(case)
        ]
        return clipped_wherever_wrong(posing, wrong, seed) if wrong else None

    def _agrees_only(self, made: Check) -> None:
        """Note how well the gradient agrees where it is nearly right."""
        nearly = [each.error for case in made.cases if is_nearly_right(case) for each in case.comparisons]
        if nearly:
            self._notes.append(
                f"agrees to {max(nearly):.0e} only: is there a small number added in a logarithm or a division?"
            )

    def _in_double(self, made: Check) -> TargetCheck:
        judge = Judge(self._target, self._question, self._load, double=True, sure=self._sure)
        judge._notes = list(self._notes)
        found = judge.judged()
        if found.outcome is Outcome.OK:
            error = worst(made.cases)
            if worst(found.cases) > error / 10:  # as far off in double precision: no rounding makes that
                return found
            sentence = f"computes in single precision (error {error:.0e}); right in double precision"
            return replace(found, outcome=Outcome.FLOAT32, diagnosis=sentence, cases=made.cases)
        return replace(found, notes=(*found.notes, "computes in single precision; this is what it does in double"))

    def _beneath(self, posing: Posing, shapes: Sequence[Shape], made: Check, bound: Bound) -> TargetCheck:
        """Check with tiny cotangents, which no bound touches; a loss's bound has explained all that is wrong."""
        if not posing.roles.upstreams:
            self._agrees_only(made)
            return self._is_clipped(bound, made)
        free = replace(posing, upstream=SHRUNK)
        beneath = self._checked(free, shapes)
        if beneath.verdict is Verdict.PASS:
            return self._is_clipped(bound, made)
        self._notes.append(f"{in_words(bound)} besides")
        return self._as_it_is(free, shapes, beneath)

    def _misbehaving(self, posing: Posing, shapes: Sequence[Shape], made: Check) -> TargetCheck:
        """Say what is wrong with what backward returns before saying what it does."""
        plain = self._checked(posing, shapes, behaviour=False)
        if plain.verdict is not Verdict.MISMATCH:
            return self._as_it_is(posing, shapes, made)
        self._notes.append(next(behaviour_in_words(case.reason) for case in made.cases if misbehaves(case)))
        return self._as_it_is(posing, shapes, plain)

    def _is_clipped(self, bound: Bound, made: Check) -> TargetCheck:
        value = None if bound.value != bound.value else bound.value
        sentence = f"{in_words(bound)}; right beneath"
        return self._answer(Outcome.CLIPPED, sentence, made, bound=value, bounded=bound.kind)

    def _as_it_is(self, posing: Posing, shapes: Sequence[Shape], made: Check) -> TargetCheck:
        headless = posing.headless()
        if headless is not None and failures(found := self._checked(headless, shapes)) < failures(made):
            self._notes.append("cotangents are taken without one for the state before the first step")
            posing, made = headless, found
            if made.verdict is Verdict.PASS:
                return self._passed(posing, shapes, made)
        seed = self._question.seed
        if self._target.losses and posing.factor is None and (scale := scale_of_most(posing, shapes, seed)) is not None:
            return self._of_another_scale(posing, shapes, scale)
        factor = scaled(posing, shapes, seed) or self._scaled_below_a_bound(posing, shapes)
        if factor is not None:
            of = f" ({', '.join(factor.inputs)})" if factor.inputs else ""
            law = f", which is {factor.law}" if factor.law.strip("½2") else ""
            sentence = f"the gradient{of} at {factor.at} is {factor.factor:.6g}× the right one{law}"
            return self._answer(Outcome.SCALED, sentence, made, factor=factor.factor, law=factor.law)
        steps = self._stops_after(posing, shapes, made)
        if steps is not None:
            sentence = f"goes back {steps} steps and stops (lags 0 to {steps - 1}); right up to there"
            return self._answer(Outcome.TRUNCATED, sentence, made, steps=steps)
        look = hint(posing, shapes, made, seed) if made.verdict is Verdict.MISMATCH else ""
        wrong = whose(made.cases, made.diagnosis)
        said = f"{made.diagnosis}; wrong: {wrong}" if wrong else made.diagnosis
        return self._answer(_OUTCOMES[made.verdict], said, made, hint=look)

    def _of_another_scale(self, posing: Posing, shapes: Sequence[Shape], factor: Scaled) -> TargetCheck:
        """Compare with another multiple of a loss that the code does not compute: it has no scale to speak of."""
        if abs(factor.factor - 1) > NEARLY or factor.law:
            self._notes.append(f"the gradient of {factor.law or format(factor.factor, '.6g')} times that loss")
        free = replace(posing, factor=factor.with_sizes)
        made = self._checked(free, shapes)
        return self._passed(free, shapes, made) if made.verdict is Verdict.PASS else self._explained(free, shapes, made)

    def _scaled_below_a_bound(self, posing: Posing, shapes: Sequence[Shape]) -> Scaled | None:
        """Return the factor of a loss's gradient that is clipped besides, and note the bound."""
        found = scaled(posing, shapes, self._question.seed, unbounded=True) if not posing.roles.upstreams else None
        if found is None or found.inputs:
            return None
        free = replace(posing, factor=found.with_sizes)
        made = self._checked(free, shapes)
        if (bound := self._bound(free, shapes, made)) is not None:
            self._notes.append(f"{in_words(bound)} besides")
        return found if bound is not None or made.verdict is Verdict.PASS else None

    def _stops_after(self, posing: Posing, shapes: Sequence[Shape], made: Check) -> int | None:
        if not posing.may_vary_time or made.verdict is not Verdict.MISMATCH:
            return None
        early = [case for shape, case in zip(shapes, made.cases, strict=False) if shape.steps <= 2]
        if {each.name for case in early for each in case.comparisons if not each.passed} - set(posing.states or ()):
            return None
        found = truncated(posing, shapes[-1].size, self._question.seed)
        if found is not None:
            return found.steps
        if "trunc" not in posing.loaded.text.lower():
            return None
        free = self._checked(replace(posing, untruncated=True), shapes)
        if free.verdict is not Verdict.PASS:
            return None
        lengths = range(1, 13)
        right = [self._checked(posing, [Shape(T, shapes[-1].size, False)]).verdict is Verdict.PASS for T in lengths]
        return max((T for T, fine in zip(lengths, right, strict=True) if fine), default=None)

    def _refused(self, cause: Exception, label: str = "") -> TargetCheck:
        why = refusal(cause, label, self._load(self._double), self._sure)
        return self._answer(why.outcome, why.sentence, raised=why.raised, hint=why.hint)

    def _answer(self, outcome: Outcome, sentence: str, made: Check | None = None, **more: Any) -> TargetCheck:
        target = self._target
        return TargetCheck(
            target.name,
            verdict_of(outcome),
            sentence,
            self._question.judgement,
            made.cases if made is not None else (),
            target.file,
            target.line,
            outcome=outcome,
            longest=self._longest,
            notes=tuple(dict.fromkeys((*self._notes, *self._seen, *of_old_numpy()))),
            **more,
        )
