"""What goes wrong with the store."""


class StoreError(Exception):
    """The store cannot be reached or written to."""
