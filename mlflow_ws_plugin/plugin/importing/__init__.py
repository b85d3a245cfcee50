"""Moving in: everything that an MLflow tracking address holds, copied into a workspace and compared with it."""
