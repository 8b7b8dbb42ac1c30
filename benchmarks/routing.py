"""Graphs whose arrows are routed one by one: processor time of their routes and of the whole picture.

Run `python -m benchmarks.routing` as `benchmarks/README.md` says.
"""

import argparse
from collections.abc import Mapping
from statistics import median
from time import process_time

from benchmarks.timing import environment, table
from bptt_viz.analyses.graph import graph_view, record
from bptt_viz.analyses.graph.network.boxes import Network
from bptt_viz.analyses.graph.network.placing import Placing
from bptt_viz.analyses.graph.wiring.routing import routes
from bptt_viz.models import Request, Rollout, prepare
from bptt_viz.results.graph import Level
from bptt_viz.results.provenance import Provenance

MODELS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("bidirectional", {}),
    ("seq2seq", {"attention": "dot"}),
    ("captioner", {}),
    ("attention-captioner", {}),
    ("equalizer", {}),
    ("vqa", {}),
)


def seconds(rollout: Rollout) -> tuple[int, float, float]:
    """Return how many nets there are, and the processor seconds of routing them and of the whole picture."""
    placing = Placing(Network(rollout))
    start = process_time()
    routes(placing.board, placing.nets)
    routed = process_time()
    graph_view(rollout, Level.STEP, Provenance("graph", {}, "", "", ""), gradients=True)
    return len(placing.nets), routed - start, process_time() - routed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100, help="time steps")
    parser.add_argument("--rounds", type=int, default=3, help="pictures of each model")
    asked = parser.parse_args()
    rows = []
    for name, settings in MODELS:
        rollout = record(prepare(Request(cell=name, steps=asked.steps, settings=dict(settings))))
        found = [seconds(rollout) for _ in range(asked.rounds)]
        nets, routed, whole = (median(values) for values in zip(*found, strict=True))
        called = " ".join([name, *(f"{key}={value}" for key, value in settings.items())])
        rows.append((called, str(nets), f"{routed:.2f}", f"{whole:.2f}"))
    print(f"{environment()}; T = {asked.steps}, median of {asked.rounds}\n")
    print(table(("model", "nets", "s, routes", "s, picture"), rows))


if __name__ == "__main__":
    main()
