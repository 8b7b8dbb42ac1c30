"""The gradient checker beside others: detection, false alarms, time, localisation, accuracy of its numeric side.

Prints Markdown tables. Run `python -m benchmarks.checker` where `benchmarks/README.md` says; `--small` for a glance.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from statistics import median
from time import perf_counter

import jax
import torch
from threadpoolctl import threadpool_limits

from benchmarks import checker_speed as speed
from benchmarks.checker_peers import CHECKERS, CS231N_THRESHOLD, accepts
from benchmarks.checker_points import Operation, Pair, correct, pairs
from benchmarks.timing import environment, table
from bptt_viz.checking.gate import gate
from bptt_viz.checking.problem import Problem
from bptt_viz.checking.selftest.examination import is_named, is_placed, locate
from bptt_viz.results.check import Judgement, Verdict

HEAD = ("checker", "wrong gradients seen", "misbehaviour seen", "false alarms", "median ms a check")
Verdicts = dict[str, list[bool]]
Times = defaultdict[str, list[float]]


def accepted(points: Iterable[Callable[[], Problem]], times: Times) -> Verdicts:
    """Put every point, posed anew, to every checker and return, by checker, which ones it accepts."""
    found: Verdicts = {name: [] for name in CHECKERS}
    for pose in points:
        for name in CHECKERS:
            operation = Operation(pose())
            start = perf_counter()
            found[name].append(accepts(name, operation))
            times[name].append(perf_counter() - start)
    return found


def our_alarms(count: int, seed: int) -> int:
    """Count the correct gradients that the gate tier does not pass."""
    cases = (gate(problem, rng, Judgement())[0] for problem, rng in correct(count, seed))
    return sum(case.verdict is not Verdict.PASS for case in cases)


def side_by_side(found: list[Pair], options: argparse.Namespace) -> str:
    """Return the table of all checkers on the same points, and the table of what they miss."""
    times: Times = defaultdict(list)
    wrong = [pair for pair in found if not pair.bug.behaviour]
    misbehaving = [pair for pair in found if pair.bug.behaviour]
    right = [lambda problem=problem: problem for problem, _ in correct(options.peer_correct, options.seed)]
    missed = accepted([pair.posed for pair in wrong], times)
    unnoticed = accepted([pair.posed for pair in misbehaving], times)
    passed = accepted(right, times)
    rows = [
        (
            name,
            share(missed[name].count(False), len(wrong)),
            share(unnoticed[name].count(False), len(misbehaving)),
            f"{passed[name].count(False)} of {len(right)}",
            f"{1e3 * median(times[name]):.1f}",
        )
        for name in CHECKERS
    ]
    alarmed = our_alarms(options.correct, options.seed)
    rows.append((f"{next(iter(CHECKERS))}, more points", "", "", f"{alarmed} of {options.correct}", ""))
    misses = [(name, listed(wrong, missed[name]), listed(misbehaving, unnoticed[name])) for name in CHECKERS]
    return "\n\n".join((table(HEAD, rows), table(("checker", "wrong gradients missed", "misbehaviour missed"), misses)))


def listed(found: list[Pair], passed: list[bool]) -> str:
    """Return the bugs that were accepted, with how often."""
    names = Counter(f"{pair.bug.name} ({pair.bug.family})" for pair, ok in zip(found, passed, strict=True) if ok)
    return "; ".join(f"{name} {count}×" for name, count in names.most_common()) or "–"


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / max(whole, 1):.1f} %)"


def localisation(found: list[Pair]) -> str:
    """Return how often our diagnosis names the input and gate, and the lag or path, that the bug is in."""
    located = [(pair.bug, locate(pair.bug, pair.shape, pair.draw)) for pair in found if not pair.bug.behaviour]
    named = sum(is_named(bug, diagnosis) for bug, diagnosis in located)
    placed = sum(is_placed(bug, diagnosis) for bug, diagnosis in located)
    return f"input and gate {share(named, len(located))}, lag or path {share(placed, len(located))}"


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=5, help="points for each of the 75 bugs")
    parser.add_argument("--correct", type=int, default=2000, help="correct gradients for our false alarms")
    parser.add_argument("--peer-correct", type=int, default=200, help="those of them that go to every checker")
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds of the timings")
    parser.add_argument("--seed", type=int, default=0, help="of every draw")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="which tables; all if left out")
    parser.add_argument("--small", action="store_true", help="a minute or two instead of half an hour")
    options = parser.parse_args(arguments)
    if options.small:
        options.each, options.correct, options.peer_correct, options.rounds = 1, 200, 20, 2
    return options


def print_speed(options: argparse.Namespace) -> None:
    gates = [*speed.gate_rows(options.rounds), speed.process_row(options.rounds)]
    print(table(speed.GATE_HEAD, gates), end="\n\n")
    print(table(speed.FULL_HEAD, speed.full_rows(options.rounds)), end="\n\n")


def print_accuracy(_: argparse.Namespace) -> None:
    print(table(speed.ACCURACY_HEAD, speed.accuracy_rows()), end="\n\n")


def print_detection(options: argparse.Namespace) -> None:
    found = pairs(options.each, options.seed)
    print(side_by_side(found, options), end="\n\n")
    print(f"CS231n accepts below {CS231N_THRESHOLD}. Our diagnoses of the wrong gradients: {localisation(found)}.")


PARTS = {"speed": print_speed, "accuracy": print_accuracy, "detection": print_detection}


def main() -> None:
    options = options_of()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        print(f"{environment()}; torch {torch.__version__}, jax {jax.__version__}; seed {options.seed}\n", flush=True)
        for part in options.parts:
            PARTS[part](options)


if __name__ == "__main__":
    main()
