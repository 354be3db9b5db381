"""Forms check shape: one module a room."""
