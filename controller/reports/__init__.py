"""What leaves the machine: reports, overlays and signed exports of recorded batches.

Everything is made from the record alone, without clock or chance: the report of a batch that has
ended is the same, byte for byte, whenever it is made again.
"""
