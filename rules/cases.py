"""Life of a case: findings followed to their end by a ladder that was frozen when the case opened."""
