import graphene
from django.core.cache import cache
from graphene_django import DjangoObjectType

from tours.loaders import TicketsByTourLoader
from tours.models import Ticket, Tour


class TicketType(DjangoObjectType):
    class Meta:
        model = Ticket
        fields = ("id", "holder")


class TourType(DjangoObjectType):
    tickets = graphene.List(graphene.NonNull(TicketType))
    sold = graphene.Int()
    open_tickets = graphene.Int()
    short_title = graphene.String()

    class Meta:
        model = Tour
        fields = ("id", "title")

    @staticmethod
    def resolve_tickets(root, info):
        return TicketsByTourLoader(info.context).load(root.pk)

    def resolve_sold(self, info):
        return cache.get_or_set(f"sold:{self.pk}", lambda: Ticket.objects.filter(tour=self.pk).count())

    # The list annotates it.
    def resolve_open_tickets(self, info):
        if hasattr(self, "open_tickets"):
            return self.open_tickets
        return Ticket.objects.filter(tour=self.pk, used=False).count()

    def resolve_short_title(self, info):
        return self.title[:20]


class SeasonType(graphene.ObjectType):
    tours = graphene.Int()

    def resolve_tours(self, info):
        return Tour.objects.filter(title__startswith=self.name).count()


class TourQuery(graphene.ObjectType):
    tours = graphene.List(graphene.NonNull(TourType))
    season = graphene.Field(SeasonType)

    def resolve_tours(self, info):
        return Tour.objects.order_by("title")

    def resolve_season(self, info):
        return SeasonType()
