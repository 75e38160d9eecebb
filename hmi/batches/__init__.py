"""What leaves the machine about a batch: reports, exports, overlays, and signatures under it."""
