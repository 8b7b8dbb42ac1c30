"""Every form of every model: each option's values one by one, and each cell."""

from dataclasses import fields
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from bptt_viz.models import Architecture, Request, Sizes, discover_models, own_options, planned

D, H, V, LAYERS, T = 3, 4, 6, 2, 4

# Values of options that cannot be counted.
TRIED = {"dropout": ("0.4",), "penalty": ("0.7",)}
# Values that only make sense together with others, tested by themselves.
APART = {("char-lm", "weights")}


def _values(kind, name):
    if kind is bool:
        return ("true", "false")
    return get_args(kind) if get_origin(kind) is Literal else TRIED.get(name, ())


def _forms():
    for name, made in discover_models().items():
        yield name, {}
        hints = get_type_hints(made)
        defaults = {f.name: f.default for f in fields(made)}
        for option in own_options(made, Architecture):
            if (name, option) in APART:
                continue
            for value in _values(hints[option], option):
                if str(defaults[option]).lower() != value:
                    yield name, {option: value}
        for cell in ("rnn", "lstm", "gru"):
            if cell != made.default_cell:
                yield name, {"cell": cell}
        yield from ((name, form) for form in TOGETHER.get(name, ()))


# Options that act on each other.
TOGETHER = {
    "multilayer": ({"dropout": "0.4", "mask": "tied", "cell": "lstm"}, {"dropout": "0.4", "skip": "true"}),
    "seq2seq": ({"attention": "additive", "fed": "sampled", "cell": "lstm"}, {"attention": "dot", "fed": "zero"}),
    "char-lm": ({"softmax": "sampled", "reads": "embedding", "cell": "lstm"},),
    "captioner": ({"image": "h0", "cell": "lstm"}, {"image": "every", "cell": "gru", "fed": "sampled"}),
    "attention-captioner": (
        {"attention": "hard", "gate": "true", "fed": "sampled"},
        {"gate": "true", "penalty": "0.7", "cell": "gru"},
    ),
    "vqa": ({"attention": "additive", "cell": "lstm"},),
    "equalizer": (
        {"confident": "0", "cell": "lstm"},
        {"confusion": "0", "fed": "sampled"},
        {"confusion": "0", "confident": "0"},
    ),
    "bidirectional": ({"cell": "gru", "skip": "true"},),
}


def model_of(name, form, steps=T, layers=LAYERS, hidden=H):
    """Return a model whose sizes are all different, so that no two axes can be mixed up unseen."""
    request = Request(cell=name, layers=layers, settings=form)
    return planned(request, discover_models()[name]).model(Sizes(D, hidden, V, layers, steps))


FORMS = [
    pytest.param(name, form, id=f"{name}-{'-'.join(map(str, form.values())) or 'plain'}") for name, form in _forms()
]
each_form = pytest.mark.parametrize(("name", "form"), FORMS)
