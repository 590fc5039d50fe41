import smtplib

from app.base import Gauge


class TideGauge(Gauge):
    def probe(self):
        return smtplib.SMTP("tide.example.org")
