class Carrier:
    def reachable(self) -> bool:
        raise NotImplementedError
