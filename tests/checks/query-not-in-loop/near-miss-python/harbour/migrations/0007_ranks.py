from django.db import migrations


def forwards(apps, schema_editor):
    Captain = apps.get_model("harbour", "Captain")
    for captain in Captain.objects.all():
        captain.rank = "mate"
        captain.save()


class Migration(migrations.Migration):
    operations = [migrations.RunPython(forwards)]
