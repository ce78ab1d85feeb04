"""FHIR R4 on one side, billing words on the other."""

BASE = "https://countersign-health.github.io/fhir"
"""The canonical base of everything this project defines in FHIR."""
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
NUCC = "http://nucc.org/provider-taxonomy"
SOPT = "https://nahdo.org/sopt"


def structure(name: str) -> str:
    """Return the canonical address of one of our StructureDefinitions."""
    return f"{BASE}/StructureDefinition/{name}"
