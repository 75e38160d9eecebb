"""Where the controller touches the world; nothing here decides."""
