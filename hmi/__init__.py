"""The operator's pages: sign-in, the live stream, and the way of a command to the controller."""
