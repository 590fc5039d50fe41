from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

engine = create_async_engine("postgresql+asyncpg://quay@db/quay")
make = async_sessionmaker(engine)


async def session() -> AsyncIterator[AsyncSession]:
    async with make() as one:
        yield one
