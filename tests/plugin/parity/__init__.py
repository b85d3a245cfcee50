"""The same calls on MLflow's own SQL store, the judge of semantics, and on ours."""
