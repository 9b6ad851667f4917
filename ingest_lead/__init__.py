"""The function that takes what the marketplace pushes."""
