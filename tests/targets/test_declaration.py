"""Declarations: what is written reads back the same, and what makes no sense is refused by its key."""

import json
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.errors import UsageError
from bptt_viz.targets.declaration import Argument, Call, Size, Spec
from bptt_viz.targets.notation import parse_call, parse_value, printed_call, printed_value
from bptt_viz.targets.sizes import letters, measured
from bptt_viz.targets.tables import as_document, as_toml, from_document, from_table, parse_shapes

PLACE = "[tool.bptt_viz.targets.rnn]"
RNN = {
    "file": "rnn_layers.py",
    "forward": "rnn_forward(x, h0, Wx, Wh, b) -> h, cache",
    "backward": "rnn_backward(dh, cache) -> dx, dh0, dWx, dWh, db",
    "shapes": "x: N T D, h0: N H, Wx: D H, Wh: H H, b: H",
}


def name(text):
    return Argument("name", text)


names = st.from_regex(r"[A-Za-zα-ω][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda text: text not in {"None", "True", "False"}
)
dotted = st.lists(names, min_size=1, max_size=2).map(".".join)
sizes = st.sampled_from(["H", "4H", "H+D", "n_x+n_a+1", "H//2", "2*(H+1)"])
literals = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12)
)
values = st.one_of(literals, st.lists(literals, max_size=2), st.dictionaries(names, literals, max_size=2))
keys = st.one_of(names, st.integers(0, 99).map(str))


def containers(items):
    return st.one_of(
        st.builds(
            Argument,
            st.just("dict"),
            names,
            items=st.lists(st.builds(replace, items, keyword=keys), max_size=3).map(tuple),
        ),
        st.builds(
            Argument,
            st.sampled_from(["list", "tuple"]),
            st.just(""),
            items=st.lists(items, min_size=1, max_size=3).map(tuple),
        ),
    )


arrays = st.recursive(st.builds(Argument, st.just("name"), dotted), containers, max_leaves=5)
constants = st.builds(Argument, st.just("constant"), value=st.one_of(values, sizes.map(Size)))
arguments = st.one_of(arrays, constants).flatmap(
    lambda made: st.one_of(st.just(made), names.map(lambda key: replace(made, keyword=key)))
)
calls = st.builds(
    Call,
    st.sampled_from(["", "self"]),
    names,
    st.lists(arguments, max_size=4).map(tuple),
    st.lists(dotted, max_size=3).map(tuple),
    st.lists(st.one_of(arrays, st.just(Argument("skip"))), max_size=4).map(tuple),
)


@given(
    calls.filter(
        lambda call: not any(isinstance(each.value, Size) and each.value.text.isidentifier() for each in call.arguments)
    )
)
def test_a_printed_call_reads_back_the_same(call):
    assert parse_call(printed_call(call), "forward") == call


@given(st.one_of(values, sizes.map(Size)))
def test_a_printed_value_reads_back_the_same(value):
    assert parse_value(printed_value(value), "constants") == value


def test_a_declaration_says_what_is_meant():
    target = from_table("rnn", RNN, PLACE)
    assert target.forward == Call(
        "", "rnn_forward", tuple(map(name, ["x", "h0", "Wx", "Wh", "b"])), (), (name("h"), name("cache"))
    )
    assert target.backward.arguments == (name("dh"), name("cache"))
    assert target.shapes["x"] == Spec(("N", "T", "D"))
    assert target.source == "declared"


def test_dicts_lists_tuples_globals_and_constants():
    call = parse_call(
        "f(parameters{Wax, b:ba}, [W, U], (h0, (c0, d)), x=, mode='train', k=4H; Wxh, net.V) -> _, g{dWax}", "forward"
    )
    assert call.arguments == (
        Argument("dict", "parameters", items=(Argument("name", "Wax", "Wax"), Argument("name", "ba", "b"))),
        Argument("list", items=(name("W"), name("U"))),
        Argument("tuple", items=(name("h0"), Argument("tuple", items=(name("c0"), name("d"))))),
        Argument("name", "x", "x"),
        Argument("constant", keyword="mode", value="train"),
        Argument("constant", keyword="k", value=Size("4H")),
    )
    assert call.globals == ("Wxh", "net.V")
    assert call.returns == (Argument("skip"), Argument("dict", "g", items=(Argument("name", "dWax", "dWax"),)))


def test_kinds_of_arrays():
    assert parse_shapes("x: N T int V, mask: N T bool, y: T 10 onehot, s: scalar, W: H+D+1 4H", "shapes") == {
        "x": Spec(("N", "T"), "int", "V"),
        "mask": Spec(("N", "T"), "bool"),
        "y": Spec(("T", 10), "onehot"),
        "s": Spec(),
        "W": Spec(("H+D+1", "4H")),
    }


EVERYTHING = RNN | {
    "object": "Model(D, H, std=0.1)",
    "parameters": "params{Wx, Wh, b}",
    "gradients": "d{}",
    "update": "learning_rate",
    "gates": "Wx: i f o g, b: i f o g",
    "axis": "first",
    "sizes": "H=5, D=3",
    "constants": "mode='a, \"b\"', hidden=4H",
    "globals": "hidden_size=H, vocab=10",
    "truncate": "4",
}


def test_a_printed_declaration_reads_back_the_same():
    target = from_table("rnn", EVERYTHING, PLACE)
    tables = tomllib.loads(as_toml(target))["tool"]["bptt_viz"]["targets"]
    assert tables["rnn"] == EVERYTHING
    assert from_table("rnn", tables["rnn"], PLACE) == target


def test_a_target_travels_as_json():
    target = replace(
        from_table("rnn", EVERYTHING, PLACE, line=7), source="recognised", alternatives=({"x": Spec(("T", "N"))},)
    )
    assert from_document(json.loads(json.dumps(as_document(target)))) == target


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"forward": ""},
            'forward is missing; write for example forward = "rnn_forward(x, h0, Wx, Wh, b) -> h, cache"',
        ),
        ({"file": ""}, 'file is missing; write for example file = "rnn.py"'),
        ({"farward": "f(x)"}, "there is no key 'farward'; choose from file, forward, backward"),
        ({"forward": "f(x"}, """forward: write it as "name(argument, …) -> returned, …", not 'f(x'"""),
        ({"forward": "f(x) ->"}, "forward: nothing stands behind -> in 'f(x) ->'"),
        ({"backward": "f(x,,y)"}, "backward: something is missing beside ',' in 'x,,y'"),
        ({"forward": "f(x; 3)"}, "forward: behind ; stand names of the module, not '3'"),
        ({"forward": "f(x y)"}, "forward: 'x y' is no number, 'text', True, False, None or size such as 4H"),
        ({"shapes": "x N T"}, """shapes: 'x N T' is not of the form "x: N T D\""""),
        ({"shapes": "x: N, x: T"}, "shapes: x stands there twice"),
        ({"shapes": "x: N T-"}, "shapes: 'T-' of x is no size"),
        ({"shapes": "x: N int"}, 'shapes: write "x: N int V" for indices below V'),
        ({"axis": "0"}, """axis: write "first" or "last", not '0'"""),
        ({"sizes": "H=0"}, "sizes: H: expected a whole number above 0, got '0'"),
        ({"constants": "a=b c"}, "constants: 'b c' is no number"),
        ({"truncate": True}, "truncate: expected text in quotes, got True"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_key(change, message):
    with pytest.raises(UsageError) as refused:
        from_table("rnn", RNN | change, PLACE)
    assert str(refused.value).startswith(PLACE)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_sizes_are_sums_and_multiples_of_letters():
    assert letters("4*H+n_x+1") == ("H", "n_x")
    assert measured("4H+n_x+1", {"H": 5, "n_x": 3}) == 24
    assert measured(7, {}) == 7


def test_an_unknown_size_says_what_to_add():
    with pytest.raises(UsageError, match="nothing says how large V in 'V' is; add sizes = \"V=5\""):
        measured("V", {"H": 5})
