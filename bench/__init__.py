"""Speed and memory of the service, measured beside comparable ones in the same run."""
