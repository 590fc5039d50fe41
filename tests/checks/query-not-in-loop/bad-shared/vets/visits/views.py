from rest_framework import permissions, viewsets
from rest_framework.mixins import ListModelMixin

from .models import Animal, BookingNotice, Invoice, RecallNotice, VaccineNotice
from .serializers import (
    BookingNoticeSerializer,
    InvoiceSerializer,
    RecallNoticeSerializer,
    VaccineNoticeSerializer,
)


class NoticeViewSet(viewsets.GenericViewSet, ListModelMixin):
    ordering = ("-id",)

    def get_queryset(self):
        return self.model_class.objects.filter(vet=self.request.user)


class BookingNoticeViewSet(NoticeViewSet):
    serializer_class = BookingNoticeSerializer
    model_class = BookingNotice


class VaccineNoticeViewSet(NoticeViewSet):
    serializer_class = VaccineNoticeSerializer
    model_class = VaccineNotice


class RecallNoticeViewSet(NoticeViewSet):
    serializer_class = RecallNoticeSerializer
    model_class = RecallNotice


class InvoiceViewSet(viewsets.ModelViewSet):
    serializer_class = InvoiceSerializer

    def get_queryset(self):
        return Invoice.objects.filter(payer=self.request.user)


class IsBookkeeper(permissions.BasePermission):
    def has_permission(self, request, view):
        return request.user.is_staff or request.user.has_perm("visits.bookkeeper")
