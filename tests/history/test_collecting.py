"""The garbage collector is held off for a moment, and never for good."""

from __future__ import annotations

import gc
import os
import threading

from mlflow_ws_plugin.history import collecting


def test_it_collects_again_after_the_outermost_block() -> None:
    with collecting.paused():
        with collecting.paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_child_forked_while_another_thread_holds_it_off_collects() -> None:
    began, over = threading.Event(), threading.Event()

    def read() -> None:
        with collecting.paused():
            began.set()
            over.wait(20)

    thread = threading.Thread(target=read)
    thread.start()
    assert began.wait(20)
    child = os.fork()
    if child == 0:
        os._exit(0 if gc.isenabled() else 1)
    over.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert gc.isenabled()
