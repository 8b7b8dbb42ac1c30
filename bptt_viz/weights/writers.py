"""From a weight file to a character model that writes: one that runs step by step, with its characters."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bptt_viz.cells import Values
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, SequenceModel, Sizes, planned, target_class
from bptt_viz.models.batch import windows
from bptt_viz.texts import read_text
from bptt_viz.weights.fitting import Fitted, settled
from bptt_viz.weights.mapping import Network, mapped
from bptt_viz.weights.preparing import characters_of
from bptt_viz.weights.reading import read_weights
from bptt_viz.weights.vocabulary import Characters


@dataclass(frozen=True, slots=True)
class Writer:
    """A character model.

    Attributes:
        model: of one step.
        values: its parameters.
        characters: by number.
    """

    model: SequenceModel
    values: Values
    characters: Characters


def writer(file: str, vocabulary: str | None = None, text: str | None = None) -> Writer:
    """Return the character model in a weight file.

    Args:
        file: its path, or the name of one that comes along.
        vocabulary: the order of its characters, as for `--vocabulary`; None leaves it to the file, or to the text.
        text: what it was trained on, if the file has no vocabulary: a name or a file.

    Raises:
        UsageError: the file cannot be used, reads in both directions, or has no readout; or its characters are unknown.
        MissingError: the file's format needs an extra.
    """
    if text is not None:  # looked at also where the file has a vocabulary of its own
        windows(read_text(text))
    contents = read_weights(Path(file))
    network = mapped(contents)
    if network.directions == 2 or not network.classes:
        why = "reads the future too" if network.directions == 2 else "has no readout"
        raise UsageError(f"{contents.file} {why}, and cannot write")
    if vocabulary is None and text is None and network.vocabulary is None:
        raise UsageError(f"{contents.file} does not tell its characters; give --vocabulary FILE, or its --text")
    found = settled(
        Request(cell=network.cell, weights=file, vocabulary=vocabulary, text=text), contents, folded(network)
    )
    characters, said = characters_of(found)
    if not len(characters) == network.inputs == network.classes:
        sizes = f"reads {network.inputs} characters and tells {network.classes} apart"
        raise UsageError(f"{contents.file} {sizes}; the vocabulary ({said}) has {len(characters)}")
    return Writer(*_one_step(found), characters)


def folded(network: Network) -> Network:
    """Return a network that reads one-hot rows in place of a table's: E W_xh is the lowest layer's W_xh then."""
    if network.table is None:
        return network
    lowest, *others = network.forward
    lowest = lowest | {"W_xh": network.table @ lowest["W_xh"]}
    return replace(network, forward=(lowest, *others), table=None)


def _one_step(found: Fitted) -> tuple[SequenceModel, Values]:
    network = found.network
    sizes = Sizes(network.inputs, network.hidden, found.classes, network.layers, 1)
    model = planned(found.request, target_class(found.request.cell)).model(sizes)
    assert isinstance(model, SequenceModel)  # what a plan of a cell makes
    empty = {name: np.zeros(parameter.shape) for name, parameter in model.parameters().items()}
    return model, found.onto(model, empty)[0]
