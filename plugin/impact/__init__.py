"""What two editions say otherwise, and which visits would be judged otherwise by them."""
