"""Compares what `bptt-viz check --json` says of the corpus with the verdicts: outcomes, names, gates."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corpus import verdicts
from corpus.twins import Variant
from corpus.verdicts import Verdict

GATES = {  # by a verdict's letter: how a diagnosis may call the gate
    "i": ("i", "input"),
    "f": ("f", "forget"),
    "o": ("o", "output"),
    "g": ("g", "c", "candidate"),
    "z": ("z", "update"),
    "r": ("r", "reset"),
    "n": ("n", "h", "candidate"),
}


OUTCOMES = {re.sub("[^a-z0-9]", "", each.lower()): each for each in verdicts.OUTCOMES}  # not-recognised, python2
WHOLE = "(whole file)"


@dataclass(frozen=True)
class Score:
    """What was said of one pair, function or class, beside what is true of it."""

    file: str
    original: str  # the one that it is a variant of
    shape: str
    verdict: Verdict
    change: str  # what was changed in it; empty for the file as it is
    said: str | None  # the outcome, in the words of a verdict; None if it was not found
    diagnosis: str

    @property
    def right(self) -> bool:
        if self.said is None:
            return self.verdict.outcome == "NOT RECOGNISED"
        return self.said in (self.verdict.outcome, *self.verdict.also)

    @property
    def found(self) -> bool:
        return self.said not in (None, "NOT RECOGNISED") or self.verdict.outcome == "NOT RECOGNISED"

    @property
    def false_alarm(self) -> bool:
        return self.verdict.outcome == "OK" and self.said in ("WRONG", "SCALED", "CLIPPED", "TRUNCATED", "FLOAT32")

    @property
    def diagnosed(self) -> bool:
        return self.verdict.outcome == "WRONG" and self.said == "WRONG"

    @property
    def names_parameter(self) -> bool:
        return any(_names(self.diagnosis, name.rpartition(".")[2]) for name in self.verdict.wrong)

    @property
    def names_gate(self) -> bool:
        return not self.verdict.gates or any(_tells(self.diagnosis, gate) for gate in self.verdict.gates)

    def __str__(self) -> str:
        wanted = f"{self.verdict.outcome} {' '.join(self.verdict.wrong)} {''.join(self.verdict.gates)}".strip()
        change = f" ({self.change})" if self.change else ""
        return f"{self.file}::{self.verdict.name}{change}: {wanted}, but {self.said}: {self.diagnosis[:160]}"


def scores(document: Mapping[str, Any], variants: Mapping[str, Variant]) -> Iterator[Score]:
    """Yield a score for every verdict.

    Args:
        document: what `--json` printed.
        variants: by the file's name, as it was named to the command.
    """
    said = {(target["file"], stem(target["target"])): target for target in document["targets"]}
    for file, variant in variants.items():
        for verdict in variant.verdicts:
            target = said.get((file, verdict.name)) or said.get((file, WHOLE))
            change = variant.bugs().get(verdict.name, "")
            outcome = target and OUTCOMES[re.sub("[^a-z0-9]", "", target["outcome"].lower())]
            yield Score(
                file,
                variant.code.file,
                variant.code.shape,
                verdict,
                change,
                outcome,
                target["diagnosis"] if target else "",
            )


def stem(target: str) -> str:
    """Return what is left of `file.py::rnn_forward_dict` without the file and `forward`: rnn_dict.

    Declared targets of the corpus are called `LSTM@file.py`.
    """
    name = target.rpartition("::")[2].partition("@")[0]
    both = re.sub(r"_(?:forward|fwd)_(?!backward)", "_", name)
    return re.sub(r"_?(?:forward|fwd)(?!_backward)_?", "", both) or name


def summary(found: list[Score]) -> str:
    """Return the score in a few lines, what is not right below them."""
    wrong = [each for each in found if each.diagnosed]
    gated = [each for each in wrong if each.verdict.gates]
    lines = [
        f"{sum(each.right for each in found)} of {len(found)} verdicts right",
        f"{sum(each.found for each in found)} found",
        f"{sum(each.false_alarm for each in found)} false alarms",
        f"{sum(each.names_parameter for each in wrong)} of {len(wrong)} parameters named",
        f"{sum(each.names_gate for each in gated)} of {len(gated)} gates named",
    ]
    missed = [each for each in wrong if not (each.names_parameter and each.names_gate)]
    return "\n".join(lines + [str(each) for each in found if not each.right] + [str(each) for each in missed])


def _names(diagnosis: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z_])d?{re.escape(name)}(?![A-Za-z0-9_])", diagnosis) is not None


def _tells(diagnosis: str, gate: str) -> bool:
    lists = re.findall(r"gates? ((?:\w+(?:, | and )?)+)", diagnosis)
    listed = {name for text in lists for name in re.split(r", | and ", text)}
    return any(word in listed or re.search(rf"\b{word} gate", diagnosis) for word in GATES[gate])
