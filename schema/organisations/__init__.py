"""Territories and organisations, and what belongs to each."""
