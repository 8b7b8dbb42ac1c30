"""The report's page as text: whole, closed to the outside, the same each time, and no larger than it may be."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

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


def test_paper_shows_a_wide_graph_in_parts_that_leave_nothing_out():
    found = made("lstm", steps=40, hidden=2)
    elements = Elements(page_of(found)).tags
    view = found.subjects[0].flow.whole
    at = next(place for place, (_, given) in enumerate(elements) if given.get("class") == "strips")
    boxes = [given["viewbox"].split() for tag, given in elements[at:] if tag == "svg" and "class" not in given]
    ends = [(float(left), float(left) + float(wide)) for left, _, wide, _ in boxes]
    assert ends[0][0] <= view.origin[0]
    assert ends[-1][1] >= view.origin[0] + view.size[0]
    assert all(earlier[1] > later[0] for earlier, later in pairwise(ends))
    assert all(right - left <= 1200 for left, right in ends)
    shown = {given["href"] for tag, given in elements if tag == "use"}
    assert shown == {"#g0-all"}
    nodes = [(node.x - node.width / 2, node.x + node.width / 2) for node in view.nodes if node.t]
    assert all(any(left <= one and other <= right for left, right in ends) for one, other in nodes)


def test_a_graph_that_fits_on_paper_is_not_taken_apart():
    assert 'class="strips"' not in page_of(made("rnn", steps=4, hidden=2))


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
