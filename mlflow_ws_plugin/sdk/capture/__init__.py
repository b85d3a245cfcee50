"""What goes on beside training while a run goes on: its heartbeat, where it comes from, and what it writes.

A process calls `begin(run, …)` for a run it begins, `attend(run, …)` for child runs or a run it takes up, and
`finish(run)` before the run ends; `leave(history, …)` ends those of a workspace that go on. Nothing here raises into
training, holds a lock across a fork, or is in the way of a point that is logged.
"""

from mlflow_ws_plugin.sdk.capture.sessions import attend, attends, begin, finish, flush, leave

__all__ = ["attend", "attends", "begin", "finish", "flush", "leave"]
