"""What is published or stored: it may grow, and changes only on purpose."""
