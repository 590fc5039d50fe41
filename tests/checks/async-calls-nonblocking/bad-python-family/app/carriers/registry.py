from app.carriers.blue import Blue
from app.carriers.green import Green
from app.carriers.red import Red
from app.carriers.yellow import Yellow

_ALL = {"blue": Blue, "green": Green, "red": Red, "yellow": Yellow}


def named(name):
    return _ALL[name]()
