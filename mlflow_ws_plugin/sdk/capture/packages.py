"""The packages this process can import."""

from __future__ import annotations

from functools import cache


@cache
def listed() -> str:
    """Return a line `name==version` for each installed package, by name, as `pip install -r` reads them."""
    from importlib.metadata import distributions  # 10 ms that nobody waits for in the thread that needs it

    found = {(each.metadata["Name"] or "", each.version) for each in distributions()}
    return "".join(f"{name}=={version}\n" for name, version in sorted(found, key=_by_name) if name)


def _by_name(package: tuple[str, str]) -> tuple[str, str]:
    return package[0].lower(), package[1]
