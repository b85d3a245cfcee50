"""`python -m mlflow_ws_plugin.cli`, where the command `mlws` is not on the path."""

from mlflow_ws_plugin.cli.program import main

main()
