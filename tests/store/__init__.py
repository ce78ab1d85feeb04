"""What is kept: decisions that only their trace opens, and feedback."""
