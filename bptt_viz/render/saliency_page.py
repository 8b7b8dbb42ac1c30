"""Saliency as a page of HTML that stands alone: the text, each character on the colour of its value."""

import json
from collections.abc import Mapping
from math import isfinite

from jinja2 import Environment

from bptt_viz.render.characters import shown
from bptt_viz.render.credit_colours import BROKEN, Scale, ink_on, mixed
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

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; {{ light }} --page: #ffffff; --ink: #1c1c1c; --faint: #5f6368; --rule: #dadce0 }
@media (prefers-color-scheme: dark) {
  :root { {{ dark }} --page: #14161a; --ink: #e8e6e3; --faint: #a0a4aa; --rule: #3c4046 }
}
body { background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; max-width: 56rem;
  margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.2rem; line-height: 1.35 }
p, figcaption { color: var(--faint); font-size: .875rem }
pre { font: 1.15rem/1.9 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; border: 1px solid var(--rule); border-radius: .4rem; padding: .8rem 1rem }
pre span { padding: .18em 0 }
{{ rules }}
.z { color: var(--faint) } .x { background: {{ broken }}; color: #ffffff }
.k { outline: 2px solid var(--ink) } .y { font-weight: 700; text-decoration: underline }
.bar { display: flex; align-items: center; gap: .5rem; color: var(--ink) }
.bar i { display: inline-block; width: 1rem; height: 1rem } .bar div { display: flex; border: 1px solid var(--rule) }
footer { border-top: 1px solid var(--rule); margin-top: 2rem; overflow-wrap: anywhere }
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p>{{ described }}</p>
<pre>{% for c in characters %}<span class="{{ c.kind }}" title="{{ c.tip }}">{{ c.text }}</span>
{%- if c.asked is not none %}<span class="y" title="{{ c.asked_tip }}">→{{ c.asked }}</span>{% endif %}
{{- "\\n" if c.ends else "" }}{% endfor %}</pre>
<figure style="margin:0"><figcaption>
<div class="bar">{{ symbol }} {{ low }} <div>{% for k in levels %}<i class="s{{ k }}"></i>{% endfor %}</div> {{ high }}
<span class="z">exactly 0</span>{% if broken_there %} <span class="x">not finite</span>{% endif %}</div>
Colours are {{ "shares of the largest value" if normalised else "absolute" }}, on a logarithmic scale; smaller values
take the page's own colour. The outlined character is the last one read before the prediction; the underlined one is
to be predicted.
</figcaption></figure>
<footer><p>{{ provenance }}</p></footer>
</body>
</html>
"""


def saliency_page(found: Saliency, provenance: Provenance, scale: Scale | None = None) -> str:
    """Return the page; whatever comes from the text or from names is escaped.

    Args:
        found: the values.
        provenance: what was run, for the foot.
        scale: values that the ends of the colours stand for.
    """
    between = scale or USUAL
    page = Environment(autoescape=True).from_string(_PAGE)
    return page.render(
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
        broken=BROKEN,
        **_styles(),
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
