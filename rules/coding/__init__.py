"""From a charted service to a therapy code."""
