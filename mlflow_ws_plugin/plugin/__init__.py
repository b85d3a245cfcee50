"""MLflow's extension points, one module each. The only room that imports MLflow."""
