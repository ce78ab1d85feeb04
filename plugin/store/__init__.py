"""What is kept: feedback as events, and decisions that only their own trace can open."""
