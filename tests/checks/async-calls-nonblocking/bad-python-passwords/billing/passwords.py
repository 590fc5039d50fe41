from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError


class Passwords:
    def __init__(self, memory: int) -> None:
        self.hasher: PasswordHasher = PasswordHasher(memory_cost=memory)

    def is_right(self, kept: str, given: str) -> bool:
        try:
            return self.hasher.verify(kept, given)
        except VerifyMismatchError:
            return False
