"""Text that a character model writes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.models import SequenceModel
from bptt_viz.models.sampling import Choosing
from bptt_viz.topologies import pattern
from bptt_viz.training.passes import States
from bptt_viz.training.stream import encode


def written(
    model: SequenceModel,
    values: Mapping[str, Array],
    vocabulary: Sequence[str],
    length: int,
    rng: np.random.Generator,
    choosing: Choosing,
    prompt: str = "",
    start: States | None = None,
) -> str:
    """Return characters that the model writes, each fed back as the next input.

    Args:
        model: its size is that of the vocabulary.
        values: its parameters.
        vocabulary: the characters, by number.
        length: how many to write.
        rng: of the choices.
        choosing: how each is chosen.
        prompt: what stands before them; the first character of the vocabulary if left out.
        start: states to start from, for a batch of 1; zeros if left out.

    Raises:
        UsageError: the prompt has a character that the model does not know.
    """
    single = replace(model, pattern=pattern("many-to-many", 1))
    rows = np.eye(len(vocabulary), dtype=next(iter(values.values())).dtype)
    *before, code = encode(prompt or vocabulary[0], vocabulary)
    states: States = model.zero_start(1, str(rows.dtype)) if start is None else start
    for earlier in before:
        states, _ = _step(single, values, rows[earlier], states)
    found = []
    for _ in range(length):
        states, scores = _step(single, values, rows[code], states)
        code = int(choosing.choose(scores, rng)[0])
        found.append(vocabulary[code])
    return "".join(found)


def _step(model: SequenceModel, values: Mapping[str, Array], x: Array, states: States) -> tuple[States, Array]:
    rollout = model.run(values, x[None, None], np.zeros((1, 1), np.int64), states)
    after = [{name: node.value for name, node in run.states[-1].items()} for run in rollout.layers]
    return after, rollout.outputs[1].value
