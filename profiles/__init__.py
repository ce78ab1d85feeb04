"""Who is talked to: FHIR, payers, sites."""
