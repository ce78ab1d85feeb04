"""A bill out as FHIR: what changes, and the forms in which EHRs take it."""
