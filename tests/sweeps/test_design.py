"""A sweep on paper: what TOML says becomes runs, each once and in order."""

import pytest

from bptt_viz.errors import UsageError
from bptt_viz.sweeps.design import key_of, read_design

GRID = """
command = "norms"
model = "rnn"
keep = "verdict"
[options]
steps = 9
json = false
[grid]
activation = ["tanh", "relu"]
init = { format = "radius={:g}", low = 0.5, high = 1.5, count = 3 }
seed = { from = 0, to = 1 }
"""


def test_a_grid_is_every_combination_in_order():
    design = read_design(GRID)
    assert len(design.points) == 12
    assert design.points[0] == {"activation": "tanh", "init": "radius=0.5", "seed": 0}
    assert design.points[-1] == {"activation": "relu", "init": "radius=1.5", "seed": 1}
    assert len({key_of(point) for point in design.points}) == 12


def test_a_run_is_a_command_line():
    line = read_design(GRID).line({"activation": "relu", "dry_run": True, "set": ["a=1", "b=2"], "rate": 0.1})
    fixed, varying = ["norms", "rnn", "--steps=9"], ["--activation=relu", "--dry-run", "--set=a=1", "--set=b=2"]
    assert line == [*fixed, *varying, "--rate=0.1", "--json"]


def test_a_logarithmic_axis_has_equal_ratios():
    points = read_design('command="x"\n[grid]\nrate = {low = 0.01, high = 100, count = 5, log = true}').points
    assert [point["rate"] for point in points] == pytest.approx([0.01, 0.1, 1, 10, 100])


def test_random_draws_are_the_same_for_the_same_seed_and_within_their_range():
    text = (
        'command="x"\n[random]\nsamples=50\nseed={}\nhidden={{low=8, high=64, log=true, integer=true}}\ncell=["a", "b"]'
    )
    first, again, other = (read_design(text.format(seed)).points for seed in (1, 1, 2))
    assert first == again != other
    assert all(8 <= point["hidden"] <= 64 and isinstance(point["hidden"], int) for point in first)
    assert {point["cell"] for point in first} == {"a", "b"}


def test_runs_that_are_alike_are_done_once():
    assert len(read_design('command="x"\n[grid]\nseed=[1, 1, 2]').points) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("command = ", "not valid TOML"),
        ("[grid]\na=[1]", "needs a command"),
        ('command="x"', "nothing varies"),
        ('command="x"\nspeed=1', "no key 'speed'"),
        ('command="x"\n[grid]\na=[]', "grid a has no values"),
        ('command="x"\n[grid]\na={low=1}', "give a list"),
        ('command="x"\n[grid]\na={low=2, high=1, count=3}', "in order"),
        ('command="x"\n[grid]\na={low=0, high=1, count=3, log=true}', "positive on a log scale"),
        ('command="x"\n[grid]\na={from=1, to=5, step=0}', "step positive"),
        ('command="x"\n[grid]\na={values=[1], format="{:d"}', "format must be text"),
        ('command="x"\n[options]\na=1\n[grid]\na=[1]', "fixed in \\[options\\]"),
        ('command="x"\n[random]\na=[1]', "needs samples"),
        ('command="x"\n[grid]\na=[1]\n[random]\nsamples=1\na=[1]', "stands in \\[grid\\] and in \\[random\\]"),
        ('command="x"\n[grid]\na={from=1, to=100000}\nb={from=1, to=1000}', "more than 10,000,000"),
    ],
)
def test_what_makes_no_sense_is_refused(text, message):
    with pytest.raises(UsageError, match=message):
        read_design(text)
