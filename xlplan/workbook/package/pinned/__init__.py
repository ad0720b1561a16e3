"""What is pinned to cells, or points at them from outside of cells, and follows when they move."""
