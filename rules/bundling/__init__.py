"""What may be billed together, and how much of it in a day."""
