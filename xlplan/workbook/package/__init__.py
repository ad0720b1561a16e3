"""The .xlsx package itself: read without loss, written surgically."""
