"""A self-hosted machine-learning workspace that speaks MLflow."""
