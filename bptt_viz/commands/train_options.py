"""The options of `train`; where one is left out, the preset decides."""

from pathlib import Path
from typing import Annotated

import typer

from bptt_viz.console.options import OF_ACTIVATION, OF_CELL_SETTINGS

_o = typer.Option

Preset = Annotated[str, _o("--preset", help="plain (Adam, norm clipping) or min-char-rnn (Karpathy 2015).")]
Cell = Annotated[str | None, _o("--cell", help="A built-in cell or file.py:ClassName; rnn if left out.")]
Hidden = Annotated[int | None, _o("--hidden", help="Hidden size H; 100 if left out.", min=1)]
Layers = Annotated[int | None, _o("--layers", help="Cells stacked in depth; 1 if left out.", min=1)]
Activation = Annotated[str | None, _o("--activation", help=OF_ACTIVATION)]
Settings = Annotated[list[str] | None, _o("--set", metavar="NAME=VALUE", help=OF_CELL_SETTINGS)]
Init = Annotated[
    str | None,
    _o("--init", help="How all weights are drawn, as with --init elsewhere; that of the preset if left out."),
]
Steps = Annotated[int | None, _o("--steps", help="k1: time steps between updates; 25 if left out.", min=1)]
Back = Annotated[
    int | None, _o("--back", help="k2: steps that errors are carried back; as --steps if left out.", min=1)
]
NoCarry = Annotated[bool, _o("--no-carry", help="Start every window from zero states.")]
Dropout = Annotated[float | None, _o("--dropout", help="Share of entries dropped between layers; 0 if left out.")]
Mask = Annotated[
    str | None, _o("--mask", help="Dropout masks: steps (new ones each step) or tied over time; steps if left out.")
]
Batch = Annotated[
    int | None, _o("--batch", help="Places of the text that are read side by side; 1 if left out.", min=1)
]
OptimiserName = Annotated[
    str | None, _o("--optimiser", help="adagrad, sgd, rmsprop or adam; that of the preset if left out.")
]
Rate = Annotated[float | None, _o("--rate", help="Learning rate; the optimiser's usual one if left out.")]
Number = Annotated[
    list[str] | None, _o("--number", metavar="NAME=NUMBER", help="Momentum, decay, beta1 or beta2 of the optimiser.")
]
ClipNorm = Annotated[
    float | None,
    _o("--clip-norm", help="Clip the gradient's norm there; that of the preset if left out."),
]
ClipValue = Annotated[
    float | None, _o("--clip-value", help="Clip every entry of the gradient there; that of the preset if left out.")
]
Seed = Annotated[int | None, _o("--seed", help="Seed of every random draw; 0 if left out.", min=0)]
Dtype = Annotated[str | None, _o("--dtype", help="float64 or float32; float64 if left out.")]
Updates = Annotated[int, _o("--updates", help="Stop after so many updates in all.", min=0)]
Save = Annotated[Path | None, _o("--save", metavar="FILE", help="Checkpoint, .npz or .safetensors.")]
Every = Annotated[int, _o("--every", help="Save after every so many updates, besides at the end.", min=1)]
Resume = Annotated[Path | None, _o("--resume", metavar="FILE", help="Go on from a checkpoint, bit for bit.")]
Reach = Annotated[
    int, _o("--reach", help="Measure how far gradients reach after every so many updates; 0 never.", min=0)
]
SampleEvery = Annotated[int, _o("--sample-every", help="Show a sample after every so many updates.", min=0)]
Threads = Annotated[int, _o("--threads", help="BLAS threads; more than one pays for large models only.", min=1)]
Sample = Annotated[int, _o("--sample", help="Characters that the model writes.", min=0)]
