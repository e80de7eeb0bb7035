"""What test modules share: no test imports another."""
