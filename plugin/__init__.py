"""How an EHR reaches the rules: CDS Hooks, FHIR, pages, command line."""

__version__ = "0.1.0"
