"""What analyses say of every form of every model holds against gradients taken loss by loss and state by state."""

import numpy as np
import pytest
from models.forms import FORMS, LAYERS, H, T, each_form

from bptt_viz.analyses.credit import credit_matrix, recorded
from bptt_viz.analyses.gradients import step_gradients, total_gradient
from bptt_viz.analyses.jacobians import joint_state, temporal_jacobians
from bptt_viz.analyses.norms import norm_report
from bptt_viz.analyses.parts import Uses
from bptt_viz.analyses.saliency import input_gradient
from bptt_viz.arrays import norm
from bptt_viz.models import Request, prepare
from bptt_viz.tape import backward

EXACT = 1e-12


def prepared(name, form):
    return prepare(Request(cell=name, settings=form, hidden=H, layers=LAYERS, steps=T, batch=2, seed=4))


ONE_WAY = [param for param in FORMS if joint_state(prepared(*param.values).run()) is not None]
"""Those whose layers all run forward: only they can be taken block by block."""


def by_loss(rollout):
    """Return ∂L_k by everything, for each loss on its own."""
    return {k: backward(rollout.tape, {loss: np.ones(())}) for k, loss in rollout.losses.items()}


@each_form
def test_the_credit_matrix_is_that_of_the_losses_one_by_one(name, form):
    made = prepared(name, form)
    plain = made.run()
    whole = by_loss(plain)
    rollout, cuts = recorded(made)
    for row in range(rollout.rows):
        found = credit_matrix(rollout, cuts, ("h",), row)
        states = [plain.run_at(t, row).state(t)["h"] for t in range(1, plain.steps + 1)]
        expected = [[norm(cotangents[node]) for node in states] for cotangents in whole.values()]
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-300)


@pytest.mark.parametrize(("name", "form"), ONE_WAY)
@pytest.mark.parametrize("every", [1, 2, 3])
def test_the_credit_matrix_does_not_depend_on_its_blocks(name, form, every):
    made = prepared(name, form)
    whole, cuts = made.run(cuts=(1,)), range(1, made.model.pattern.steps + 1, every)
    found = credit_matrix(made.run(cuts=cuts), cuts, ("h",), 0)
    np.testing.assert_allclose(found, credit_matrix(whole, (1,), ("h",), 0), rtol=1e-11, atol=1e-300)


@each_form
def test_the_gradients_of_the_steps_sum_to_the_total(name, form):
    rollout = prepared(name, form).run()
    total, steps = total_gradient(rollout), list(step_gradients(rollout))
    assert len(steps) == rollout.steps
    for key, gradient in total.items():
        parts = [step[key] for step in steps]
        assert norm(sum(parts) - gradient) <= EXACT * sum(map(norm, parts))


@each_form
def test_what_a_state_gets_is_what_its_step_adds_and_what_comes_from_others(name, form):
    rollout = prepared(name, form).run()
    uses, cotangents = Uses(rollout), backward(rollout.tape, {rollout.loss: np.ones(())})
    for run in rollout.layers:
        for t in run.steps:
            for node in run.state(t).values():
                local, back = uses.local(cotangents, node), uses.back(cotangents, node)
                assert norm(local + back - cotangents[node]) <= EXACT * (norm(local) + norm(back))


@pytest.mark.parametrize(("name", "form"), ONE_WAY)
def test_jacobians_are_what_one_step_makes_of_the_states_before_it(name, form):
    made = prepared(name, form)
    layout = joint_state(made.run())
    rollout = made.run(cuts=range(1, made.model.pattern.steps + 1))
    for t, jacobian in enumerate(temporal_jacobians(made), start=1):
        after = [rollout.run_at(t, row).state(t)[state] for row, state in layout.names]
        before = [rollout.run_at(t, row).before(t)[state] for row, state in layout.names]
        rows = []
        for node in after:
            for entry in range(node.shape[-1]):
                seed = np.zeros(node.shape)
                seed[0, entry] = 1
                found = backward(rollout.tape, {node: seed})
                stops = [[n for n in rollout.tape.nodes if n.parents == (b,) and n.scope.t == t] for b in before]
                sums = [sum(found[n][0] for n in ways if n.scope.role == "carry") for ways in stops]
                rows.append(np.concatenate(sums))
        np.testing.assert_allclose(jacobian, rows, rtol=1e-12, atol=1e-15)


@each_form
def test_the_report_has_every_step_of_every_layer_once(name, form):
    made = prepared(name, form)
    rollout, report = made.run(), norm_report(made, jacobians=True)
    assert len(report.chain.norms) == rollout.steps
    assert len({layer.label for layer in report.layers}) == len(report.layers)
    own = {f"{one.name}{layer.ending}" for layer in report.layers for one in layer.parameters}
    assert own | {one.name for one in report.readout} == set(rollout.parameters)
    for run, layer in zip(rollout.layers, report.layers, strict=True):
        end = rollout.losses[rollout.pattern.outputs[0 if run.backward else -1]]
        cotangents = backward(rollout.tape, {end: np.ones(())})
        assert layer.steps == tuple(run.steps)
        for state in layer.states:
            expected = [norm(cotangents[run.state(t)[state.name]]) for t in run.steps]
            np.testing.assert_allclose(state.last, expected, rtol=1e-12, atol=1e-300)


@each_form
def test_saliency_is_the_slope_along_each_input(name, form):
    made = prepared(name, form)
    rollout = made.run(differentiate_inputs=True)
    step = rollout.pattern.outputs[0]
    found = input_gradient(made, rollout, step, "loss")
    cotangents = backward(rollout.tape, {rollout.losses[step]: np.full((), 2.0)})
    for t, node in rollout.inputs.items():
        np.testing.assert_allclose(found[t - 1, : node.shape[-1]], cotangents[node][0], rtol=1e-12)
