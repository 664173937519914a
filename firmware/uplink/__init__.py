"""How sealed packets leave the kit."""
