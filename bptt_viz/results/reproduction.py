"""A published result beside one's own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers over one axis.

    Attributes:
        group: what they share with others, such as one panel of a figure.
        name: what sets them apart.
        x: places, ascending.
        measured: by place; None where nothing was run.
        published: by place; None where nothing is published.
    """

    group: str
    name: str
    x: tuple[float, ...]
    measured: tuple[float | None, ...]
    published: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement of the publication, tried.

    Attributes:
        text: the statement.
        holds: whether the run bears it out.
        shown: the numbers that say so.
    """

    text: str
    holds: bool
    shown: str


@dataclass(frozen=True, slots=True)
class Reproduction:
    """An experiment that was done again.

    Attributes:
        name: as options call it.
        title: what it is.
        source: where it was published.
        preset: quick or paper.
        finding: one sentence.
        setting: what was run.
        differs: where that is not what was published; empty if it is.
        x_name: what x is.
        y_name: what the numbers are.
        log: whether the numbers span decades.
        series: all numbers.
        claims: the publication's statements.
    """

    name: str
    title: str
    source: str
    preset: str
    finding: str
    setting: str
    differs: str
    x_name: str
    y_name: str
    log: bool
    series: tuple[Series, ...]
    claims: tuple[Claim, ...]
