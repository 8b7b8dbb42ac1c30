"""Saliency as a page of HTML that stands alone: the text, each character on the colour of its value."""

import json
from collections.abc import Mapping
from math import isfinite

from markupsafe import Markup

from bptt_viz.render.characters import shown
from bptt_viz.render.credit_colours import BROKEN, Scale, ink_on, mixed
from bptt_viz.render.html import policy, templates
from bptt_viz.render.norms_columns import visible
from bptt_viz.render.numbers import scientific
from bptt_viz.render.saliency import USUAL, described
from bptt_viz.results.provenance import Provenance
from bptt_viz.results.saliency import Saliency

LEVELS = 16
"""Colours between the ends of the scale; a value shown exactly is in the character's tooltip."""

# From the page's own colour to full: on white paper and on a dark screen.
LIGHT = ("#ffffff", "#fdd49e", "#fc8d59", "#b30000")
DARK = ("#14161a", "#5b2a12", "#c8571b", "#ffd08a")

_HERE = "bptt_viz.render"


def saliency_page(found: Saliency, provenance: Provenance, scale: Scale | None = None) -> str:
    """Return the page; whatever comes from the text or from names is escaped.

    Args:
        found: the values.
        provenance: what was run, for the foot.
        scale: values that the ends of the colours stand for.
    """
    between = scale or USUAL
    style = templates(_HERE).get_template("saliency_page.css.jinja").render(broken=BROKEN, **_styles())
    page = templates(_HERE).get_template("saliency_page.html.jinja")
    return page.render(
        style=Markup(style),
        policy=policy(style),
        title=shown(found.finding),
        described=shown(described(found)),
        symbol=found.symbol,
        characters=[_character(found, t, between) for t in range(1, found.run.steps + 1)],
        low=scientific(between.low),
        high=scientific(between.high),
        levels=range(LEVELS),
        normalised=found.normalised,
        broken_there=not all(map(isfinite, map(float, found.values))),
        provenance=shown(_ran(provenance)),
    )


def _character(found: Saliency, t: int, scale: Scale) -> Mapping[str, object]:
    character, value = found.inputs[t - 1], float(found.values[t - 1])
    asked = visible(found.target) if t == found.step else None
    return {
        "text": _text(character),
        "tip": f"t = {t}, {found.step - t} steps back: {value:.6g}" if t <= found.step else f"t = {t}, read later: 0",
        "kind": _kind(value, scale) + (" k" if t == found.step else ""),
        "asked": asked,
        "asked_tip": f"to be predicted at step {found.step}, p = {found.probability:.3g}",
        "ends": character == "\n",
    }


def _text(character: str | None) -> str:
    """Return a character as it stands in running text; a control character as its escape."""
    if character is None:
        return "·"
    return "↵" if character == "\n" else shown(character)


def _kind(value: float, scale: Scale) -> str:
    if not isfinite(value):
        return "x"
    return "z" if value == 0 else f"s{min(LEVELS - 1, int(scale.share(value) * LEVELS))}"


def shade(ramp: tuple[str, ...], level: int) -> str:
    """Return the colour of a level between 0 and `LEVELS` − 1 as #rrggbb."""
    place = level / (LEVELS - 1) * (len(ramp) - 1)
    below = min(int(place), len(ramp) - 2)
    return mixed(ramp[below], ramp[below + 1], place - below)


def _styles() -> dict[str, str]:
    """Return the colours of each scheme as CSS variables, and the rules that use them."""
    ramps = {"light": LIGHT, "dark": DARK}
    found = {
        scheme: " ".join(f"--b{k}: {shade(ramp, k)}; --f{k}: {ink_on(shade(ramp, k))};" for k in range(LEVELS))
        for scheme, ramp in ramps.items()
    }
    rules = "\n".join(f".s{k} {{ background: var(--b{k}); color: var(--f{k}) }}" for k in range(LEVELS))
    return {**found, "rules": rules}


def _ran(provenance: Provenance) -> str:
    options = json.dumps(dict(provenance.options), ensure_ascii=False, default=str)
    return (
        f"bptt-viz {provenance.command} {provenance.version}, NumPy {provenance.numpy}, Python {provenance.python};"
        f" {options}"
    )
