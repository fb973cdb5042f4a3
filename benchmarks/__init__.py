"""Measurements: speed against goals, and real repositories."""
