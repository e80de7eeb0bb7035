"""A notice as paper: text from templates, laid out as GB/T 9704 asks, written as docx and HTML."""
