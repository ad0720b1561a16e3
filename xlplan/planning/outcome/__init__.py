"""The plan beside what really happened."""
