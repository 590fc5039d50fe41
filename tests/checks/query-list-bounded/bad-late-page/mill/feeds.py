from mill.models import DeliveryEvent


def note(number):
    DeliveryEvent.objects.create(number=number)
