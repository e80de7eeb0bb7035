"""The read-only JSON interface under `/api/`, for the school's data platform."""
