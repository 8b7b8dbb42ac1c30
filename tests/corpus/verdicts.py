"""What is true of each file in `files/`: data only, established by `oracle/` and by reading."""

from dataclasses import dataclass

OUTCOMES = (
    "OK",
    "WRONG",
    "SCALED",
    "CLIPPED",
    "TRUNCATED",
    "FLOAT32",
    "TODO",
    "CRASHED",
    "PYTHON 2",
    "NOT RECOGNISED",
)


@dataclass(frozen=True)
class Verdict:
    """What a checker should say about one pair, function or class."""

    name: str  # the pair's common stem, or the function's or class's name
    outcome: str = "OK"
    wrong: tuple[str, ...] = ()  # inputs and parameters whose gradient is wrong: naming any of them is right
    gates: tuple[str, ...] = ()  # gates one of which a diagnosis must name; none: it need not name any
    factor: str = ""  # SCALED: by what, such as 1/T
    also: tuple[str, ...] = ()  # other outcomes that would be no mistake


@dataclass(frozen=True)
class Twin:
    """The same file with a small change, and whose verdicts change with it."""

    change: str
    edits: tuple[tuple[str, str], ...]  # (old, new), each old text exactly once in the file
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Code:
    """A file, the verdict on everything in it, and its twins."""

    file: str
    shape: str  # S1 to S9, several with a space between them
    verdicts: tuple[Verdict, ...]
    twins: tuple[Twin, ...] = ()
    declaration: str = ""  # what has to be said to a checker, in plain words; none: nothing has to be said


def right(*names: str) -> tuple[Verdict, ...]:
    return tuple(Verdict(name) for name in names)


def wrong(name: str, parameters: str, gates: str = "", **more: object) -> Verdict:
    """`parameters` are names with spaces between them; `gates` one letter each."""
    return Verdict(name, "WRONG", tuple(parameters.split()), tuple(gates), **more)


def twin(change: str, old: str, new: str, *verdicts: Verdict, also: tuple[tuple[str, str], ...] = ()) -> Twin:
    return Twin(change, ((old, new), *also), verdicts)
