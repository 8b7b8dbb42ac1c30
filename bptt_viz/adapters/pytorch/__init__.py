"""PyTorch: modules, autograd functions and callables of tensors checked, recorded and drawn (extra `torch`)."""
