"""Design: from a target shell and a plant to recipes that may make it, by simulation.

`reach` says how much electrolyte it takes and whether that can cover the cores at all; `trial`
mills one schedule on the simulated mill; `search` looks for the schedules that are best in one
respect for what they cost in another; `proposal` writes them as recipe files and runs each whole.
"""
