"""The token of this user on MLflow's own requests to a workspace's server: `MLFLOW_TRACKING_AUTH=mlws`."""

from __future__ import annotations

from requests import PreparedRequest
from requests.auth import AuthBase

from mlflow_ws_plugin import credentials


class TokenAuth(AuthBase):
    """Signs requests with the token of `credentials`, which is looked up for each: it may be renewed meanwhile."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign one request.

        Raises:
            InvalidCredentials: There is no token, or it is not legal.
        """
        request.headers["Authorization"] = f"Bearer {credentials.token()}"
        return request
