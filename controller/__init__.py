"""The machine's side of blademill: the pure core, its edge to the world, and the one loop."""

__version__ = "0.1.0"
