"""Checking: from a graph to verdicts."""
