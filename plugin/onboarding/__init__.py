"""A new site: its file with its EHR's defaults, and a trial of both sides."""
