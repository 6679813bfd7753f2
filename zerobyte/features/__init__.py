"""One folder per tag of the API; each holds at most routes, schemas, service, models, present."""
