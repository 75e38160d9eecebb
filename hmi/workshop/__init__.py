"""Dry runs and fault matrices asked for from the page, each in a process of low priority."""
