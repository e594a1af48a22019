"""Learning from decisions: fit a small classifier, try it against the rules, keep it only if it is better."""
