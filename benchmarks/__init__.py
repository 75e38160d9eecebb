"""How fast and how punctual the live system is, each figure beside an anchor of the same run."""
