"""What is set, what is wrong with it, and what to do: for whoever runs the service."""
