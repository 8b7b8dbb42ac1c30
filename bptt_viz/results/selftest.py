"""How the checker did in its own examination."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BugResult:
    """One planted bug over several random points.

    Attributes:
        family: the hand-written pass it is planted in.
        name: what is wrong.
        pairs: points at which the gradient, or what backward does, really changes.
        detected: how many of them the gate called a mismatch.
        named: how many of the located ones name the right input and gate.
        placed: how many of the located ones name the right lag or path.
        located: how many were looked for: none for a backward pass that misbehaves, whose reason says all.
        missed: one line a pair that was not detected or whose place was wrong.
    """

    family: str
    name: str
    pairs: int
    detected: int
    named: int
    placed: int
    located: int
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The whole examination.

    Attributes:
        bugs: one result a planted bug.
        correct: how many correct gradients were checked.
        alarms: those of them that did not pass, in words.
        kinks: how many points at a kink were checked.
        unseen: those of them that were not answered `inconclusive`, in words.
    """

    bugs: tuple[BugResult, ...]
    correct: int
    alarms: tuple[str, ...]
    kinks: int
    unseen: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every changed gradient was detected, with no false alarm and no kink judged."""
        return all(bug.detected == bug.pairs for bug in self.bugs) and not self.alarms and not self.unseen
