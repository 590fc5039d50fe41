from rest_framework import viewsets

from mill.models import DeliveryEvent
from mill.serializers import DeliveryEventSerializer


class DeliveryEventViewSet(viewsets.GenericViewSet):
    def list(self, request, *args, **kwargs):
        events = DeliveryEvent.objects.all()
        events = self.filter_queryset(events)
        serializer = DeliveryEventSerializer(
            events, many=True
        )
        result = self.paginate_queryset(serializer.data)
        return self.get_paginated_response(result)


class PagedEventViewSet(viewsets.GenericViewSet):
    def list(self, request, *args, **kwargs):
        events = DeliveryEvent.objects.all()
        page = self.paginate_queryset(events)
        serializer = DeliveryEventSerializer(page, many=True)
        return self.get_paginated_response(serializer.data)
