from rest_framework import viewsets


class ModelViewSet(viewsets.ModelViewSet):
    """What all views of the mill have in common."""

    lookup_value_regex = "[0-9]+"
