"""From a request with a weight file to a model that is ready to run."""

import math
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np

from bptt_viz import models
from bptt_viz.errors import UsageError
from bptt_viz.models import Architecture, Prepared, Request, target_class
from bptt_viz.results.origin import Origin
from bptt_viz.texts import read_text
from bptt_viz.weights.fitting import Fitted, fitted
from bptt_viz.weights.vocabulary import ORDERS, Characters, read_vocabulary

# Steps over which orders of the characters are compared.
_TRIAL = 200


def prepare(request: Request) -> Prepared:
    """Build what a request describes, with the parameters from its weight file if it names one.

    Raises:
        UsageError: as for `models.prepare`; further if the file cannot be used, contradicts the request, or its
            characters are not those of the text.
        MissingError: the file's format needs an extra.
    """
    if request.weights is None:
        if request.vocabulary is not None:
            raise UsageError("--vocabulary is the order of a weight file's characters, and needs --weights")
        return models.prepare(request)
    found = fitted(request)
    target = target_class(request.cell)
    if issubclass(target, Architecture) and not target.reads_text:
        return _prepared(found, None, "")
    characters, said = characters_of(found)
    if said.endswith(_ADVICE):
        warnings.warn(f"{found.contents.file} predicts the text no better than chance: {_ADVICE}", stacklevel=2)
    if len(characters) != found.network.inputs or len(characters) != found.classes:
        sizes = f"reads {found.network.inputs} characters and tells {found.classes} apart"
        raise UsageError(f"{found.contents.file} {sizes}; the vocabulary ({said}) has {len(characters)}: {_ADVICE}")
    made = _prepared(found, characters, said)
    if made.origin is not None and made.origin.left_out:
        left_out = ", ".join(made.origin.left_out)
        warnings.warn(f"{found.contents.file}: {left_out} left out; the network is another one without", stacklevel=2)
    return made


_ADVICE = "give the one it was trained with by --vocabulary FILE (JSON, or a text with the characters in order)"


def _prepared(found: Fitted, characters: Characters | None, said: str) -> Prepared:
    """Return the model with the file's parameters, and where they are from."""
    drawn = models.prepare(replace(found.request, characters=characters))
    values, missing = found.onto(drawn.model, dict(drawn.values))
    notes = list(found.network.assumed)
    if missing:
        notes.append(f"{', '.join(missing)}: not in the file, drawn with seed {drawn.request.seed}")
    uses = found.network.uses
    left_out = tuple(name for name, use in uses.items() if not use.becomes and not use.of_training)
    used = sum(1 for use in uses.values() if use.becomes)
    origin = Origin(found.contents.file, found.contents.form, used, left_out, said, tuple(notes))
    named = replace(drawn.request, weights=found.contents.file, vocabulary=said or None)
    return replace(drawn, request=named, values=values, origin=origin)


def characters_of(found: Fitted) -> tuple[Characters, str]:
    """Return the characters by number, and in words where they are from."""
    request = found.request
    if request.vocabulary is not None:
        if request.vocabulary in ORDERS:
            return ORDERS[request.vocabulary](_text(request)), request.vocabulary
        return read_vocabulary(Path(request.vocabulary)), Path(request.vocabulary).name
    if found.network.vocabulary is not None:
        return found.network.vocabulary, "the file's own"
    return _likeliest(found)


def _likeliest(found: Fitted) -> tuple[Characters, str]:
    """Return, of the usual orders of the text's characters, the one with which the network predicts it best.

    A wrong order gives the network other characters than it learned, and it does worse than chance.
    """
    text = _text(found.request)
    orders = {name: order(text) for name, order in ORDERS.items()}
    V = len(set(text))
    if found.network.inputs != V or found.classes != V:
        return orders["sorted"], "the text's own characters"
    losses = {name: _loss(found, characters, min(_TRIAL, len(text) - 1)) for name, characters in orders.items()}
    best = min(losses, key=lambda name: losses[name])
    told = ", ".join(f"{loss:.3g} {name}" for name, loss in losses.items())
    hint = "" if losses[best] < math.log(V) else f"; NO BETTER THAN CHANCE: {_ADVICE}"
    return orders[best], f"{best} characters of the text, by the loss: {told}, {math.log(V):.3g} by chance{hint}"


def _loss(found: Fitted, characters: Characters, steps: int) -> float:
    """Return the mean loss a character over the beginning of the text, in nats; infinite if it is not finite."""
    trial = replace(found, request=replace(found.request, steps=steps, batch=1, topology=None, vocabulary=None))
    with np.errstate(all="ignore"):
        losses = [node.value for node in _prepared(trial, characters, "").run().losses.values()]
    mean = float(np.mean(losses))
    return mean if math.isfinite(mean) else math.inf


def _text(request: Request) -> str:
    return read_text(request.text or "sonnets")
