from .models import Crate, Delivery


def rows_of_board(day):
    rows = []
    for delivery in Delivery.objects.filter(arrived_at__date=day):
        name = delivery.short_name
        if delivery.grower:
            rows.append((name, delivery.grower.name))
    return rows


def crates_of_board(day):
    return [one.crates_total for one in Delivery.objects.filter(arrived_at__date=day)]


def heavy_of_board(day):
    found = []
    for delivery in Delivery.objects.filter(arrived_at__date=day):
        crates = Crate.objects.filter(delivery=delivery, kilos__gt=20)
        name = delivery.short_name
        if crates:  # here it is sent
            found.append(name)
            for crate in crates:
                found.append(str(crate.kilos))
    return found
