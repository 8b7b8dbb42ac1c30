"""A sweep's worker processes: two jobs beside one, and what keeping a result costs."""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from bptt_viz.sweeps.design import read_design
from bptt_viz.sweeps.store import Outcome, filling
from bptt_viz.sweeps.worker import run_here

ROUNDS, RUNS = 3, 48
DESIGN = f'command="norms"\nmodel="rnn"\n[options]\nsteps=30\nhidden=32\n[grid]\nseed={{from=1, to={RUNS}}}'


def pool(jobs):
    """Return the seconds that all runs take once the workers have started, and the median seconds of a run."""
    design = read_design(DESIGN)
    warm = [(-k - 1, design.line(design.points[0])) for k in range(jobs)]
    tasks = iter([*warm, *((k, design.line(point)) for k, point in enumerate(design.points))])
    start, each, done = None, [], 0
    for place, outcome in run_here(tasks, jobs, lambda document: {"verdict": document["verdict"]}):
        done += place < 0
        if start is None and done == jobs:
            start = perf_counter()
        if place >= 0:
            each.append(outcome.seconds)
    return perf_counter() - start, median(each)


def keeping(count=2000):
    """Return the seconds that one result takes to be safe."""
    design = read_design(f'command="x"\n[grid]\nseed={{from=1, to={count}}}')
    with tempfile.TemporaryDirectory() as folder, filling(Path(folder) / "store.sqlite", design) as store:
        tasks = list(store.waiting())
        start = perf_counter()
        for place, _ in tasks:
            store.finish(place, Outcome({"verdict": "vanishing", "chain.decay.rate": 0.5}, 0.1))
        return (perf_counter() - start) / count


def main():
    ratios = []
    for _ in range(ROUNDS):
        one, run = pool(1)
        two, _ = pool(2)
        ratios.append(one / two)
        print(f"{RUNS} runs of {1e3 * run:.0f} ms: one job {one:.2f} s, two jobs {two:.2f} s, {one / two:.2f} ×")
    print(f"two jobs are {median(ratios):.2f} × as fast as one; keeping a result takes {1e3 * keeping():.2f} ms")


if __name__ == "__main__":
    main()
