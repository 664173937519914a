"""The office's side: its keys, the admission of kits, the opening of packets."""
