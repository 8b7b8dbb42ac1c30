"""The report's page as text: whole, closed to the outside, the same each time, and no larger than it may be."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import jinja2
import pytest

from bptt_viz.console.output import provenance
from bptt_viz.models import Request
from bptt_viz.render.html import templates
from bptt_viz.render.report import report_page
from bptt_viz.reports import measured
from bptt_viz.results.report import Absent, Report

LIMIT = 2_000_000


def made(*models, **options):
    return measured([(model, Request(cell=model, **options)) for model in models], provenance("report", {}))


def page_of(report):
    return report_page(
        report, provenance("report", {"models": {each.label: each.norms.run for each in report.subjects}})
    )


@pytest.fixture(scope="module")
def report():
    return made("lstm", "rnn", steps=6, hidden=3)


@pytest.fixture(scope="module")
def page(report):
    return page_of(report)


class Elements(HTMLParser):
    """All start tags with their attributes, and the contents of styles and scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.blocks, self._open = [], {"style": [], "script": []}, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = tag if tag in self.blocks else ""

    def handle_endtag(self, tag):  # noqa: ARG002
        self._open = ""

    def handle_data(self, data):
        if self._open:
            self.blocks[self._open].append(data)


def test_nothing_is_loaded_from_anywhere(page):
    found = Elements(page)
    addresses = [
        value for _, given in found.tags for name, value in given.items() if name in {"src", "href", "xlink:href"}
    ]
    assert addresses
    assert all(address.startswith("#") for address in addresses)
    assert not re.search(r"url\(|@import|<link|<iframe|<object", page)
    assert set(re.findall(r"https?://[^\"'<\s]*", page)) == {"http://www.w3.org/2000/svg"}


def test_the_policy_names_what_is_there_by_its_hash(page):
    found = Elements(page)
    (policy,) = [given["content"] for tag, given in found.tags if given.get("http-equiv") == "Content-Security-Policy"]
    for kind, blocks in found.blocks.items():
        (text,) = blocks
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_no_element_brings_a_style_or_a_handler_that_the_policy_would_stop(page):
    found = Elements(page)
    assert [given for _, given in found.tags if any(name == "style" or name.startswith("on") for name in given)] == []


def test_ids_are_unique_and_all_references_lead_somewhere(page):
    found = Elements(page)
    ids = [given["id"] for _, given in found.tags if "id" in given]
    assert len(ids) == len(set(ids))
    referred = {given["href"][1:] for tag, given in found.tags if tag == "a"}
    referred |= {name for _, given in found.tags for name in given.get("aria-labelledby", "").split()}
    assert referred <= set(ids)


def test_every_figure_has_a_table(page):
    figures = re.findall(r'<figure id="([^"]+)"(.*?)</figure>', page, re.DOTALL)
    assert len(figures) > 15
    assert [name for name, inside in figures if "<table>" not in inside or "<details" not in inside] == []


def test_the_same_report_gives_the_same_bytes(report, page):
    assert page_of(made("lstm", "rnn", steps=6, hidden=3)) == page
    assert "/root" not in page


def test_a_name_that_a_template_lacks_is_an_error():
    with pytest.raises(jinja2.UndefinedError, match="'nothing' is undefined"):
        templates("bptt_viz.render").from_string("{{ nothing }}").render()
    with pytest.raises(jinja2.TemplateNotFound):
        templates("bptt_viz.render").get_template("nothing.html.jinja")


def test_what_a_template_is_given_is_escaped():
    assert templates("bptt_viz.render").from_string("{{ x|shown }}").render(x="<b>\x07") == r"&lt;b&gt;\x07"


@pytest.mark.parametrize(
    "models", [("lstm",), ("rnn",), ("peephole",), ("bidirectional",), ("lstm", "peephole")], ids=" ".join
)
def test_a_page_over_a_hundred_steps_is_small(models):
    assert len(page_of(made(*models, steps=100)).encode()) <= LIMIT


def test_a_stack_over_a_hundred_steps_is_small():
    assert len(page_of(made("lstm", steps=100, layers=3)).encode()) <= LIMIT


def test_what_there_cannot_be_is_told(report):
    subject = replace(report.subjects[0], flow=Absent("no <picture>"), credit=Absent("no credit"), check=Absent("none"))
    text = page_of(Report("vanishing", (subject,)))
    assert "Not here: no &lt;picture&gt;" in text
    assert "Not here: no credit" in text
    assert 'id="graph-0"' not in text


def test_two_runs_are_drawn_on_one_scale(report):
    first, second = (each.flow.whole.scale for each in report.subjects)
    assert first == second
    page = page_of(report)
    ticks = re.findall(r'<figure id="credit-\d".*?<g class="key">(.*?)</g>', page, re.DOTALL)
    labels = [re.findall(r"<text[^>]*>([^<]+)</text>", key) for key in ticks]
    assert len(labels) == 2
    assert labels[0] == labels[1]
