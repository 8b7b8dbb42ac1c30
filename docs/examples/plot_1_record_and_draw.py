"""
Record a cell and draw its gradients
====================================

``prepare`` builds what a request describes, ``run`` records a forward pass, ``draw`` shows it.
"""

# sphinx_gallery_thumbnail_path = "pictures/steps.svg"

# %%
# Four steps of an LSTM over "hell", each asked for the next letter:

import bptt_viz as bv

prepared = bv.prepare(bv.Request(cell="lstm", hidden=3, text="hello"))
rollout = prepared.run()
print(f"L = {rollout.loss.value:.4f}")

# %%
# The unrolled network with what flows back:

unrolled = bv.draw(rollout, level="step", gradients=True)

# %%
# Step 3, operation by operation:

operations = bv.draw(rollout, level="op", at=3, gradients=True)
