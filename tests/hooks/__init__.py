"""The CDS Hooks service from outside: over HTTP, with visits as an EHR sends them."""
