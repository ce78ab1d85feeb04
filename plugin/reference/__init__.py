"""Answers to a therapist's questions, drawn from the rule data of a day and nothing else."""
