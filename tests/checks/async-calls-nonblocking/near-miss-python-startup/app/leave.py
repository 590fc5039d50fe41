import time


def wait_for_tide() -> None:
    for _ in range(5):
        time.sleep(2)
