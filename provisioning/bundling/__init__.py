"""Makes the archive from which kits and offices are set up without a network; itself it needs one, and the checkout."""
