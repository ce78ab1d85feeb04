"""CDS Hooks: discovery, call, feedback."""
