"""`bptt-viz sample`: text from a trained model."""

from pathlib import Path
from typing import Annotated

import typer

from bptt_viz.console.options import Json, Output, Seed, Vocabulary


def sample(
    checkpoint: Annotated[
        str,
        typer.Argument(
            metavar="[FILE]",
            help="What `train --save` wrote, a weight file of another program, or hello, which comes along.",
        ),
    ] = "hello",
    length: Annotated[int, typer.Option("--length", help="Characters to write.", min=1, max=10**6)] = 200,
    temperature: Annotated[
        float, typer.Option("--temperature", help="Below 1 likely characters get likelier, above 1 all become alike.")
    ] = 1.0,
    top: Annotated[int | None, typer.Option("--top", help="Choose among so many of the likeliest only.")] = None,
    greedy: Annotated[bool, typer.Option("--greedy", help="Always take the likeliest character.")] = False,
    prompt: Annotated[
        str, typer.Option("--prompt", help="What stands before; a character that the text began with.")
    ] = "",
    vocabulary: Vocabulary = None,
    text: Annotated[
        str | None, typer.Option("--text", help="What a weight file without a vocabulary was trained on.")
    ] = None,
    seed: Seed = 0,
    json: Json = False,
    output: Output = None,
) -> None:
    """Write text with a trained character model, each character fed back as the next input.

    Prints the text alone. The model is a checkpoint of train, or a weight file that weights can read.

    Example: bptt-viz sample hello --length 8 --prompt h
    See also: train, weights, docs/train.md
    """
    import numpy as np

    from bptt_viz.console.output import emit, provenance
    from bptt_viz.models.sampling import Choosing
    from bptt_viz.render.json_document import document
    from bptt_viz.render.training import sample_text
    from bptt_viz.results.training import Sample
    from bptt_viz.training.writing import written
    from bptt_viz.weights import writer

    found = writer(checkpoint, vocabulary, text)
    rng = np.random.default_rng(seed)
    choosing = Choosing(temperature, top, greedy)
    made = written(found.model, found.values, found.characters, length, rng, choosing, prompt)
    ran = provenance("sample", {"checkpoint": Path(checkpoint).name, "length": length, "seed": seed, "prompt": prompt})
    sample = Sample(prompt, made)
    emit(document("sample", sample, ran) if json else sample_text(sample), output)
