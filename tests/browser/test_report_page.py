"""The report in a browser: it says nothing, asks for nothing, and shows what its tables hold, however it is used."""

import re

import pytest

from bptt_viz import app

WIDTHS = (360, 768, 1280, 2560)


def axe(opened):
    """Return what axe-core finds on a page."""
    from axe_playwright_python.sync_playwright import Axe

    return Axe().run(opened.page)


def cells(opened, figure, row):
    """Return a row of a figure's first table."""
    line = opened.figure(figure).locator("table").first.locator("tbody tr").nth(row)
    return line.locator("th, td").all_text_contents()


def point(opened, figure, x, y):
    """Move the pointer to a place of a figure's drawing, given as shares of its width and height."""
    drawing = opened.figure(figure).locator(".stage svg").first
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    opened.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def hover(opened, node):
    """Put the pointer on a node of the graph."""
    opened.page.locator(f"#{node}").hover(position={"x": 6, "y": 6})


def lit(opened, way):
    """Return the arrows that are lit, as pairs of nodes."""
    edges = opened.page.locator(f"#graph-0 .edge.{way}")
    return set(edges.evaluate_all("them => them.map(e => `${e.dataset.from}>${e.dataset.to}`)"))


@pytest.mark.parametrize("which", ["of_one", "of_two"])
def test_a_page_is_quiet_and_asks_for_nothing(which, opened, request):
    found = opened(request.getfixturevalue(which))
    found.page.wait_for_timeout(100)
    assert found.complaints == []
    assert found.requests == []


def test_the_policy_keeps_other_scripts_out(opened, of_one):
    found = opened(of_one)
    found.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'let_in = 1'; document.body.append(s) }"
    )
    assert found.page.evaluate("window.let_in") is None
    assert "Content Security Policy" in " ".join(found.complaints)


def test_the_policy_keeps_the_network_out(opened, of_one):
    found = opened(of_one)
    failed = found.page.evaluate("fetch('https://example.org/').then(() => 'in', () => 'out')")
    assert failed == "out"
    assert [each for each in found.requests if "example.org" in each] == []


def test_the_verdict_comes_first(opened, of_one):
    text = opened(of_one).page.locator("body").inner_text()
    assert 0 <= text.index("of the last loss") < text.index("Gradient norms, step by step")


def test_a_chart_tells_the_values_under_the_pointer(opened, of_one):
    found = opened(of_one)
    point(found, "norms-last", 0.99, 0.5)
    last = cells(found, "norms-last", 3)
    assert last[0] == "4"
    assert all(cell in found.readout("norms-last") for cell in last)
    point(found, "norms-last", 0.0, 0.5)
    assert found.readout("norms-last").startswith("t 1 ")


def test_a_chart_is_read_by_keys(opened, of_one):
    found = opened(of_one)
    found.figure("norms-all").locator(".stage").focus()
    for key, step in (("ArrowRight", "1"), ("ArrowRight", "2"), ("ArrowRight", "3"), ("ArrowLeft", "2")):
        found.page.keyboard.press(key)
        assert found.readout("norms-all").startswith(f"t {step} ")
    for _ in range(9):
        found.page.keyboard.press("ArrowRight")
    assert found.readout("norms-all").startswith("t 4 ")


def test_a_matrix_tells_the_value_under_the_pointer(opened, of_one):
    found = opened(of_one)
    matrix = found.figure("credit-0").locator("svg.matrix")
    geometry = matrix.evaluate("m => ({...m.dataset, all: [m.width.baseVal.value, m.height.baseVal.value]})")
    left, top, wide, high = (float(geometry[name]) for name in ("left", "top", "wide", "high"))
    for row, column in ((3, 0), (3, 3), (2, 1)):
        whole = geometry["all"]
        point(found, "credit-0", (left + (column + 0.5) * wide) / whole[0], (top + (row + 0.5) * high) / whole[1])
        said = found.readout("credit-0")
        assert f"k {row + 1} " in said
        assert f"t {column + 1} " in said
        assert said.endswith(cells(found, "credit-0", row)[column + 1])


def test_a_matrix_is_read_by_keys(opened, of_one):
    found = opened(of_one)
    found.figure("gate-0-0").locator(".stage").focus()
    for key in ("ArrowDown", "ArrowUp", "ArrowRight"):
        found.page.keyboard.press(key)
    assert re.match(r"unit 1 +· +t 2 e +· ", found.readout("gate-0-0"))


def test_a_node_tells_shape_norm_and_expression(opened, of_one):
    found = opened(of_one)
    hover(found, "g0-t2-l0-s0")
    assert re.match(r"h_2\nshape 1 × 3, norm 0\.\d+\ngradient norm \d", found.readout("graph-0"))
    hover(found, "o0-t3-l0-h")
    assert "gradient: dh_2 = da W_hhᵀ" in found.readout("step-0")


def test_a_node_lights_what_made_it_and_how_its_gradient_comes_back(opened, of_one):
    """By the equations: h_2 is made of x_1, x_2, the first states and W; the losses from step 2 on have a say in it."""
    found = opened(of_one)
    hover(found, "g0-t2-l0-s0")
    made = {f"{start}>t{t}-l0-f" for t in (1, 2) for start in (f"t{t}-x", f"t{t - 1}-l0-s0", f"t{t - 1}-l0-s1", "l0-W")}
    assert lit(found, "forth") == made | {"t1-l0-f>t1-l0-s0", "t1-l0-f>t1-l0-s1", "t2-l0-f>t2-l0-s0"}
    heads = {f"{start}>{end}" for t in (2, 3, 4) for start, end in (("L", f"t{t}-L"), (f"t{t}-L", f"t{t}-y"))}
    heads |= {f"t{t}-y>t{t}-l0-s0" for t in (2, 3, 4)}
    cells_back = {f"t{t}-l0-f>t{t - 1}-l0-s{k}" for t in (3, 4) for k in (0, 1)} - {"t3-l0-f>t2-l0-s1"}
    arriving = {f"t{t}-l0-s0>t{t}-l0-f" for t in (3, 4)} | {"t3-l0-s1>t3-l0-f"}
    assert lit(found, "back") == heads | cells_back | arriving
    point(found, "norms-last", 0.5, 0.5)
    assert lit(found, "forth") == lit(found, "back") == set()


def test_the_graph_is_walked_by_keys(opened, of_one):
    found = opened(of_one)
    stage = found.figure("graph-0").locator(".stage")
    stage.focus()
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "Escape"):
        found.page.keyboard.press(key)
        seen.append(found.page.locator("#graph-0 .here").evaluate_all("them => them.map(e => e.id)"))
    assert seen == [["g0-t0-l0-s0"], ["g0-t1-l0-f"], ["g0-t1-l0-s0"], ["g0-t1-l0-s1"], []]


def test_the_slider_plays_the_backward_pass_step_by_step(opened, of_one):
    found = opened(of_one)
    slider = found.figure("graph-0").locator("input[type=range]")

    def shown():
        arrows = found.page.locator("#graph-0 .gradient.edge[data-moment]:not(.later)")
        return set(arrows.evaluate_all("them => them.map(e => `${e.dataset.from}>${e.dataset.to}`)"))

    every = shown()
    slider.focus()
    found.page.keyboard.press("Home")
    assert shown() == set()
    assert found.readout("graph-0") == "before the backward pass"
    before = set()
    for t in (4, 3, 2, 1):
        found.page.keyboard.press("ArrowRight")
        news = shown() - before
        last = {"t4-l0-f>l0-W"} if t == 4 else set()  # the sum of dW starts at the last cell, but comes at the end
        assert {f"L>t{t}-L", f"t{t}-y>t{t}-l0-s0", f"t{t}-l0-f>t{t - 1}-l0-s0", f"t{t}-l0-f>l0-W"} <= news | last
        assert all(f"t{t}-" in name for name in news)
        assert f"moment {5 - t} of 4: step {t} · ‖∂L/∂h_{t}‖ = " in found.readout("graph-0")
        before = shown()
    assert shown() == every


def test_the_backward_pass_plays_by_itself(opened, of_one):
    found = opened(of_one)
    button = found.figure("graph-0").locator("[data-do=play]")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    from playwright.sync_api import expect

    expect(button).to_have_attribute("aria-pressed", "false", timeout=20_000)
    assert found.figure("graph-0").locator("input[type=range]").input_value() == "4"
    assert found.page.locator("#graph-0 .later").count() == 0


def test_the_graph_is_zoomed_and_moved(opened, of_two):
    found = opened(of_two, width=800)
    stage, drawing = found.figure("graph-0").locator(".stage"), found.figure("graph-0").locator(".stage svg")
    wide = drawing.bounding_box()["width"]
    found.figure("graph-0").locator("[data-do=in]").click()
    assert drawing.bounding_box()["width"] == pytest.approx(1.25 * wide, rel=1e-3)
    found.figure("graph-0").locator("[data-do=fit]").click()
    assert drawing.bounding_box()["width"] <= stage.bounding_box()["width"]
    found.figure("graph-0").locator("[data-do=size]").click()
    box = stage.bounding_box()
    stage.evaluate("s => { s.scrollLeft = 300 }")
    found.page.mouse.move(box["x"] + 400, box["y"] + 20)
    found.page.mouse.down()
    found.page.mouse.move(box["x"] + 250, box["y"] + 20)
    found.page.mouse.up()
    assert stage.evaluate("s => s.scrollLeft") == pytest.approx(450, abs=2)


def test_everything_is_reached_by_tab(opened, of_one):
    found = opened(of_one)
    seen = set()
    for _ in range(120):
        found.page.keyboard.press("Tab")
        seen.add(found.page.evaluate("document.activeElement.outerHTML.slice(0, 400)"))
    wanted = ('class="skip"', 'href="#credit"', 'data-do="play"', 'type="range"', "<summary>", 'class="stage"')
    assert [each for each in wanted if not any(each in html for html in seen)] == []


@pytest.mark.parametrize(("which", "scheme"), [("of_one", "light"), ("of_two", "dark")])
def test_axe_finds_nothing(which, scheme, opened, request):
    found = opened(request.getfixturevalue(which), scheme=scheme)
    found.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    result = axe(found)
    assert result.response["testEngine"]["name"] == "axe-core"
    assert len(result.response["passes"]) > 20
    assert result.response["violations"] == [], result.generate_report()


def test_axe_would_find_something(opened, of_one):
    found = opened(of_one)
    found.page.evaluate(
        "document.querySelector('#graph-0 input').parentElement.replaceWith(document.createElement('input'))"
    )
    assert [each["id"] for each in axe(found).response["violations"]] == ["label"]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_fits_every_width(width, opened, of_two):
    found = opened(of_two, width=width)
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("verdict", "norms", "flow", "provenance"):
        box = found.page.locator(f"#{name}").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_without_scripts_everything_can_be_read(opened, of_one):
    found = opened(of_one, scripts=False)
    assert found.page.locator(".controls").first.is_hidden()
    assert found.page.locator(".readout").first.is_hidden()
    found.figure("norms-last").locator("summary").click()
    assert found.figure("norms-last").locator("table").is_visible()
    assert found.figure("graph-0").locator("svg").bounding_box()["width"] > 300
    assert found.page.locator("#graph-0 .later").count() == 0


def test_print_leaves_out_what_only_a_screen_can(opened, of_one):
    found = opened(of_one, scheme="dark", media="print")
    assert found.page.locator("nav").is_hidden()
    assert found.page.locator(".controls").first.is_hidden()
    assert found.figure("credit-0").locator("svg").is_visible()
    assert found.page.locator("body").evaluate("b => getComputedStyle(b).backgroundColor") == "rgb(255, 255, 255)"
    sheet = found.page.pdf(format="A4")
    assert sheet.startswith(b"%PDF")


HOSTILE = (
    "<script>window.let_in = 1</script><img src=x onerror=window.let_in=2>שלום\u202e🤖é́\t\x07&lt;"
    + "'\"{{7*7}}"
    + "w" * 10_000
)


def test_a_hostile_text_is_shown_as_text(opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "a<b>&{{x}}.txt"
    (tmp_path / name).write_text(HOSTILE + "\n")
    assert app.run(["report", "rnn", "--text", name, "--steps", "100", "--hidden", "2", "-o", "r.html"]) == 0
    found = opened(tmp_path / "r.html")
    found.page.wait_for_timeout(100)
    assert (found.complaints, found.requests) == ([], [])
    assert found.page.evaluate("window.let_in") is None
    assert found.page.locator("img").count() == 0
    read = "".join(cells(found, "norms-last", k)[1] for k in range(8))
    assert read == "<script>"
    characters = [cells(found, "norms-last", k)[1] for k in range(100)]
    assert {"ש", "🤖", r"\u202e", r"\t", r"\x07", "{", '"', "&"} <= set(characters)
    assert "a<b>&{{x}}.txt" in found.page.locator("#verdict").inner_text()
