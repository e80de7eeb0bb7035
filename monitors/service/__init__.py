"""The service process: server, schedule, first start, and the doctor."""
