from threading import Thread


def aside(function):
    def start(*args, **kwargs):
        Thread(target=function, args=args, kwargs=kwargs, daemon=True).start()

    return start
