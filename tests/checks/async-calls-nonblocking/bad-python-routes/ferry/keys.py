import bcrypt


def enter(name: str, word: bytes):
    return bcrypt.checkpw(word, known(name))


def stamp(name: str, word: bytes):
    return bcrypt.hashpw(word, bcrypt.gensalt())
