"""Faults for training, put into the running simulator. There is nothing here for a real mill."""
