from .models import Crate, Delivery


def rows_of_board(day, growers):
    rows = []
    for delivery in Delivery.objects.filter(arrived_at__date=day):
        delivery.grower = growers[delivery.grower_id]
        rows.append((delivery.short_name, delivery.grower.name, delivery.disputed))
    return rows


def names_of_board(day):
    deliveries = Delivery.objects.filter(arrived_at__date=day).select_related("weighed_by")
    return [one.weighed_by.username for one in deliveries if one.weighed_by]


def kilos_of_board(day):
    return [
        one.kilos
        for one in Delivery.objects.filter(arrived_at__date=day).prefetch_related("crates")
    ]


def wanted_of_board(day):
    # None of these is ever looked into: they are parts of one statement.
    parts = Crate.objects.none()
    for delivery in Delivery.objects.filter(arrived_at__date=day):
        crates = Crate.objects.filter(delivery=delivery)
        parts = parts | crates
    return parts
