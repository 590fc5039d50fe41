from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from users.models import UserConfig


class UserConfigViewSet(ViewSet):
    def patch(self, request):
        """The preferences of one user: what the desk's configuration holds is another thing."""
        config = UserConfig.objects.filter(user=request.user).first()
        config.data = {**config.data, **request.data}
        config.save()
        return Response(config.data)
