"""Training: the jobs that make weights."""
