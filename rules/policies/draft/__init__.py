"""From a regulation's text to the draft of a policy file: what is understood becomes a clause, the rest stays open."""
