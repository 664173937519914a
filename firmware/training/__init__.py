"""Makes the figures that the pipeline carries, nets from grown prints alone; the only place of PyTorch."""
