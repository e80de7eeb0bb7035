"""From a fetched page to an Observation, and whose it is."""
