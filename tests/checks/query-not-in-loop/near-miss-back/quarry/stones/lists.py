from django.db import models

from .models import Stone


class Board(models.Model):
    stone = models.ForeignKey(Stone, on_delete=models.CASCADE)

    def label(self):
        return self.stone.photo.id


def boards(request):
    rows = Board.objects.select_related("stone", "stone__photo")
    return [
        {
            "label": row.label(),
            "id": row.id,
        }
        for row in rows
    ]


def drop_board(request, pk):
    Board.objects.filter(pk=pk).delete()
