"""Rekam: firmware of a field kit that records residents for the electronic identity card."""

__version__ = "0.1.0"
