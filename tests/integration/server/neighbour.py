"""A small HTTP server beside MLflow's: it answers as OpenAI's API does, and keeps what is posted to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = "said by the neighbour"
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_700_000_000,
    "model": "gpt-test",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ANSWER}}],
    "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
}


@dataclass(frozen=True)
class Posted:
    """A request that came in."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Neighbour:
    """Where the server listens, and what was posted to it."""

    address: str
    posted: list[Posted] = field(default_factory=list)

    def posted_to(self, path: str) -> list[Posted]:
        """Return what was posted to a path."""
        return [one for one in self.posted if one.path == path]


@contextmanager
def listening() -> Iterator[Neighbour]:
    """Yield a neighbour on a free port; it is gone when the block ends."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            neighbour.posted.append(
                Posted(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            )
            answer = json.dumps(COMPLETION).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        neighbour = Neighbour(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield neighbour
        finally:
            server.shutdown()
            thread.join()
