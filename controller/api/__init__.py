"""The door of the controller, and the client that knocks at it."""
