from mill.models import Delivery


def millers_of(order_id):
    found = {}
    for one in Delivery.objects.filter(
        order=order_id
    ):
        found[one.pk] = one.miller.name
    return found
