"""What has no native counterpart: traces, assessments, scorers, datasets, queues, gateway and the like.

MLflow's own SQL store keeps it, on a file inside the workspace that is opened at the first such call.
"""
