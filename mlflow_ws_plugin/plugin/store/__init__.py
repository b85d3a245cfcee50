"""The tracking store's calls, a module for each noun."""
