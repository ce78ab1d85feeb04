"""Official CMS files, read whole, checked, and kept as dated editions that a service can follow."""
