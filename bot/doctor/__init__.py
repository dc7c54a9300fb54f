"""`python -m bot doctor`: what keeps Park from working, or soon will, each with its remedy. It changes nothing."""
