"""The command line, run as people run it: in a process of its own."""
