"""What users type in a shell: `mlws`, a module for each noun.

Importing it imports neither MLflow nor SQLAlchemy, nor, so that `mlws --help` is quick, the SDK: a command does when it
is called.
"""
