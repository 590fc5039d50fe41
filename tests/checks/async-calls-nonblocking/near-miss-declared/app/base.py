class Gauge:
    def probe(self):
        """Ask the gauge whether it is there."""
        raise NotImplementedError("probe() not implemented")

    @staticmethod
    def exchange(**payload) -> dict:
        """Trade the code of a keeper for a token."""
        raise NotImplementedError("exchange() not implemented")


class RiverGauge(Gauge):
    pass
