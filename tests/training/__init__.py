"""Teaching makes of grown prints what the pipeline reads."""
