"""From what a weight file holds to the parameters of our models; every conversion stands here."""

from dataclasses import replace

import numpy as np

from bptt_viz.errors import UsageError
from bptt_viz.weights.contents import Contents, Part
from bptt_viz.weights.mapping.assembly import assembled
from bptt_viz.weights.mapping.naming import cs231n_parts, min_char_rnn_parts, pytorch_layers
from bptt_viz.weights.mapping.network import Network, Use
from bptt_viz.weights.mapping.own import own_network
from bptt_viz.weights.mapping.surroundings import surroundings

_NO_PLACE = "no part of our models is of this kind"


def mapped(contents: Contents) -> Network:
    """Return the network that a file holds.

    Its parts are taken as the format tells them; otherwise by names: PyTorch's under any prefix, min-char-rnn's, those
    of the CS231n assignment, and our own.

    Raises:
        UsageError: there is none, or it is none of our models; the message names the file and what is in the way.
    """
    try:
        if contents.obstacle:
            raise UsageError(contents.obstacle)
        with np.errstate(all="ignore"):  # numbers that are none stay so, and show in every report
            found = _found(contents)
        if found is None:
            known = "weight_ih_l0 of PyTorch, Wxh of min-char-rnn, W_xh of our own"
            raise UsageError(f"no recurrent layer was found; names that are known: {known}")
    except UsageError as error:
        raise UsageError(f"{contents.file}: {str(error).removeprefix(f'{contents.file}: ')}") from None
    outside = {name: Use("", why, True) for name, why in contents.ignored.items()}
    rest = {name: Use("", _NO_PLACE) for name in contents.arrays if name not in {**found.uses, **outside}}
    return replace(found, uses={**outside, **found.uses, **rest})


def _found(contents: Contents) -> Network | None:
    parts = list(contents.parts) or _named(contents)
    return assembled(contents, parts) if parts else own_network(contents)


def _named(contents: Contents) -> list[Part]:
    """Return the parts as names and shapes tell them."""
    arrays = contents.arrays
    layers = pytorch_layers(arrays)
    if not layers:
        return min_char_rnn_parts(arrays) or cs231n_parts(arrays)
    taken = {name for layer in layers for name in layer.names.values()}
    top = layers[-1]
    directions = sum(layer.depth == top.depth for layer in layers)
    read = layers[0].W_x.shape[-1] if layers[0].W_x.ndim else 0
    return [*layers, *surroundings(arrays, taken, read, directions * top.W_h.shape[-1])]


__all__ = ["Network", "Use", "mapped"]
