"""What users type in Python: workspace, experiment and run, in the words of the AzureML SDK v1."""
