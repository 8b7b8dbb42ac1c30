"""
Each step's share of a gradient
===============================

One backward pass has the cotangent of every node on the tape: of weights, of their use at one step, of states.
"""

# sphinx_gallery_thumbnail_path = "pictures/vanilla-flow.svg"

# %%
# The gradient of the last loss alone is asked for by seeding the backward pass at L_T:

import numpy as np

import bptt_viz as bv

rollout = bv.prepare(bv.Request(cell="rnn", hidden=16, steps=12, init="radius=0.5")).run()
cotangents = bv.backward(rollout.tape, {rollout.losses[12]: 1.0})

# %%
# Its norm by every state, from the last to the first. Each step back takes the same factor:

layer = rollout.layers[0]
for t in range(12, 0, -1):
    norm = np.linalg.norm(cotangents[layer.states[t]["h"]])
    print(f"t = {t:2}  {norm:.1e}  {'█' * int(50 + 5 * np.log10(norm))}")

# %%
# The gradient of W_hh is the sum of what each step adds:

shares = [cotangents[aliases["W_hh"]] for aliases in layer.aliases]
whole = cotangents[rollout.parameters["W_hh"]]
print(np.allclose(sum(shares), whole), [f"{np.linalg.norm(share):.0e}" for share in shares])
