import graphene
from graphene_django import DjangoObjectType

from tours.models import Ticket, Tour


class TicketType(DjangoObjectType):
    class Meta:
        model = Ticket
        fields = ("id", "holder")


class TourType(DjangoObjectType):
    open_tickets = graphene.Int()
    tickets = graphene.List(graphene.NonNull(TicketType))

    class Meta:
        model = Tour
        fields = ("id", "title")

    def resolve_open_tickets(self, info):
        return Ticket.objects.filter(tour=self.pk, used=False).count()

    @staticmethod
    def resolve_tickets(root, info):
        return Ticket.objects.filter(tour_id=root.pk)


class TourQuery(graphene.ObjectType):
    tours = graphene.List(graphene.NonNull(TourType))

    def resolve_tours(self, info):
        return Tour.objects.order_by("title")
