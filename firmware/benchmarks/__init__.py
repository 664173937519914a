"""Measures ours against what the wire or a peer allows: `rekam bench`."""
