"""A page for people on each print: the print, its quality map, its minutiae, its worst measures."""
