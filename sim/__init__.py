"""The virtual mill: physics, sensors and wiring of the plant, in steps of plant time.

Nothing here reads a clock or shares a formula with the controller's own estimates: what the
controller believes and what the plant does are two independent sources.
"""
