from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker

engine = create_async_engine("postgresql+asyncpg://db/parcels")
SessionLocal = async_sessionmaker(engine)
OldSession = sessionmaker(engine, class_=AsyncSession)
SyncSession = sessionmaker(create_engine("postgresql+psycopg://db/parcels"))
