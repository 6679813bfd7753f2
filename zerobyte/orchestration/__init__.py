"""The one room of the API that knows Prefect: over its REST API and events, never its code."""
