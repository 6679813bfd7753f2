"""The API's access to Prefect, over its REST API and event stream, without its code."""
