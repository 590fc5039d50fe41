from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from fleet.models import Ping
from fleet.serializers import AskSerializer, CallSerializer, PingSerializer


@api_view(["POST"])
def take_pings(request):
    pings = PingSerializer(data=request.data, many=True)
    pings.is_valid(raise_exception=True)
    pings.save()
    return Response(status=201)


@api_view(["POST"])
def take_some(request):
    if len(request.data) > 50:
        raise ValidationError("too many")
    pings = PingSerializer(data=request.data, many=True)
    pings.is_valid(raise_exception=True)
    pings.save(ship="x")
    return Response(status=201)


@api_view(["POST"])
def take_calls(request):
    calls = CallSerializer(data=request.data, many=True)
    calls.is_valid(raise_exception=True)
    calls.save()
    one = PingSerializer(data=request.data[0])
    one.is_valid(raise_exception=True)
    one.save()
    checked = PingSerializer(data=request.data, many=True)
    return Response(checked.is_valid(), status=201)


@api_view(["GET"])
def pings(request):
    found = PingSerializer(Ping.objects.all()[:50], many=True)
    return Response(found.data)


@api_view(["POST"])
def ask(request):
    asked = AskSerializer(data=request.data, many=True)
    asked.is_valid(raise_exception=True)
    asked.save()
    return Response(asked.data)
