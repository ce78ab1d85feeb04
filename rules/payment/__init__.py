"""What lines are worth: estimates, never part of a decision about a code or a unit."""
