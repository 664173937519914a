"""Grows the weights that the pipeline carries, from grown prints alone; the only place of PyTorch."""
