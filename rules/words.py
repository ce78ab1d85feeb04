"""The field's own words, as types."""

from typing import Literal

Discipline = Literal["PT", "OT", "SLP", "chiropractic"]
Role = Literal[
    "pt", "pta", "ot", "ota", "slp", "slpa", "dc", "md", "npp", "rn", "at", "aide", "student"
]
Setting = Literal["practitioner", "hospital", "critical_access"]
Indicator = Literal["info", "warning", "critical"]
