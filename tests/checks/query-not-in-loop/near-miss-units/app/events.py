from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Patient


def note(session: AsyncSession, name: str) -> None:
    session.add(Patient(name=name))


async def note_all(session: AsyncSession, names: list[str]) -> None:
    for name in names:
        note(session, name)
    await session.commit()


async def member(session: AsyncSession, name: str, commit: bool = True) -> None:
    session.add(Patient(name=name))
    if commit:
        await session.commit()


async def members(session: AsyncSession, names: list[str]) -> None:
    for name in names:
        await member(session, name, commit=False)
    await session.commit()
