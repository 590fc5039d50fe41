from passlib.context import CryptContext

pwd_context = CryptContext(schemes=["bcrypt"], deprecated="auto")


def check_password(given: str, kept: str) -> bool:
    return pwd_context.verify(given, kept)


def make_hash(given: str) -> str:
    return pwd_context.hash(given)
