from collections import defaultdict

from aiodataloader import DataLoader

from tours.models import Ticket


class TicketsByTourLoader(DataLoader):
    def __init__(self, context):
        super().__init__()
        self.context = context

    async def batch_load_fn(self, keys):
        found = defaultdict(list)
        async for ticket in Ticket.objects.filter(tour_id__in=keys):
            found[ticket.tour_id].append(ticket)
        return [found[key] for key in keys]
