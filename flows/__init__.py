"""The flows that Prefect runs: one flow per module, and the modules that they share.

Flows claim each job over the worker API; they never open the application database and never see
APP_SECRET.
"""
