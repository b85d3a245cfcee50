"""Whole workspaces in use: real MLflow, Lightning, servers, browsers, processes and disks, and no mocks."""
