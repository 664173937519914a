"""Everything that touches hardware: one file a wire format, one a driver."""
