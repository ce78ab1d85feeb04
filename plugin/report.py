"""What a command found out, line by line: in order, or not and what to do about it."""

from dataclasses import dataclass


@dataclass(slots=True)
class Report:
    """Prints as it goes, so that a slow look is seen to be at work, and counts what is wrong."""

    wrong: int = 0

    def about(self, what: str) -> None:
        """Begin a part."""
        print(what, flush=True)

    def fine(self, what: str) -> None:
        """Say that something is in order."""
        print(f"  ok   {what}", flush=True)

    def fault(self, what: str) -> None:
        """Say what is wrong, and what to do."""
        self.wrong += 1
        print(f"  not  {what}", flush=True)

    @property
    def status(self) -> int:
        """The exit status: 2 when something is wrong, else 0."""
        return 2 if self.wrong else 0
