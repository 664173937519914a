"""Whole archives of prints: assessed by many processes or machines, kept through a crash, and summed up."""
