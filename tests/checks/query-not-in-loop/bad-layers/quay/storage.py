import aiofiles.os


async def remove_file(path: str) -> None:
    await aiofiles.os.remove(path)
