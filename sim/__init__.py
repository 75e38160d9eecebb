"""The virtual mill: physics, sensors and wiring of the plant, in steps of plant time.

The plant reads no clock and shares no formula with the controller's own estimates: what the
controller believes and what the plant does are two independent sources. Only its servers
(`server`, `devices`) live in real time.
"""
