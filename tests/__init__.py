"""The tests of Rekam; they mirror the source."""
