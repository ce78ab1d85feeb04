"""Why a file was not imported, said so that whoever brought it can mend it."""

REMEDY = "take it back with `countersign editions rollback`, then import it again"
"""What to do about an edition that is damaged."""


class RefusedFileError(Exception):
    """A file that cannot be imported: which one, where in it, why, and what to do about it."""

    def __init__(self, file: str, reason: str, remedy: str, line: int | None = None) -> None:
        place = file if line is None else f"{file}: line {line}"
        super().__init__(f"{place}: {reason}. {remedy}")
        self.file, self.line, self.reason, self.remedy = file, line, reason, remedy


class StoreError(Exception):
    """The store of editions cannot be read or written; the message names file and remedy."""
