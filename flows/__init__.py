"""What Prefect runs: one flow per file, and what they share.

Owns the order of the steps. Asks the API for each job over the control plane; never opens the
application's database and never sees its secret.
"""
