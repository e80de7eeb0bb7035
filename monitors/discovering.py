"""Placeholder until discovery lands."""

from monitors.world import World


async def discover(world: World) -> None:
    """Nothing yet."""
