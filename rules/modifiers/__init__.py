"""Which modifiers a line carries."""
