import time


async def let_ships_leave(berths: list[int]) -> None:
    """Nobody asks any more when this runs."""
    while berths:
        berths.pop()
        time.sleep(2)
