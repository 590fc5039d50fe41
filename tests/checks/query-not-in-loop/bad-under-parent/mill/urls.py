from django.urls import path, re_path

from mill.api.views import OrderDeliveriesView, SacksView, millers

urlpatterns = [
    path("api/sacks/", SacksView.as_view()),
    path("api/millers/<int:order_id>/", millers),
    re_path(r"^api/orders/(?P<order_pk>\d+)/deliveries/$", OrderDeliveriesView.as_view()),
]
