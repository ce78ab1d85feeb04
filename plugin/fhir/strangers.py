"""Resources of another patient: refused wherever they turn up, and counted."""

import threading
from typing import Any

NOT_THEIRS = "is not the context's patient"
POINTERS = ("subject", "patient", "beneficiary")


class Count:
    """Counts, for several threads at once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self.value = 0

    def add(self) -> None:
        """Count one more."""
        with self._lock:
            self.value += 1


refused = Count()
"""Resources of another patient that were sent or fetched since this process began."""


def whose(raw: dict[str, Any]) -> str:
    """Return the patient a resource names, such as ``Patient/p1``; empty when it names none.

    >>> whose({"subject": {"reference": "https://ehr.example/fhir/Patient/p1/_history/2"}})
    'Patient/p1'
    """
    for pointer in POINTERS:
        named = raw.get(pointer)
        reference = named.get("reference") if isinstance(named, dict) else None
        if isinstance(reference, str):
            kind, _, name = reference.split("/_history/")[0].rpartition("/")
            if kind.rpartition("/")[2] == "Patient":
                return f"Patient/{name}"
    return f"Patient/{raw.get('id', '')}" if raw.get("resourceType") == "Patient" else ""
