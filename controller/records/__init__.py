"""The batch record: what happened, on disk, chained, and never changed afterwards."""
