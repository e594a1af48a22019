"""Running the house: what the centre decides for itself, with who decided it and when."""
