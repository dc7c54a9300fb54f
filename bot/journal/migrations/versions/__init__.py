"""Migration scripts, one module per revision, named r<revision>_<subject>."""
