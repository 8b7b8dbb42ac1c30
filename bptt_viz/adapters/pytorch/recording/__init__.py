"""A PyTorch model's recurrent layers recorded on a tape of ours, with the gradient that its real loss sends them."""
