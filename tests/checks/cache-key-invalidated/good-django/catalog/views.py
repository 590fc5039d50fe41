from django.core.cache import cache
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from catalog.models import Product


def product_detail(request, pk):
    key = f"product:{pk}"
    data = cache.get(key)
    if data is None:
        product = Product.objects.get(pk=pk)
        data = {"id": product.pk, "name": product.name, "price": str(product.price)}
        cache.set(key, data, timeout=60 * 60)
    return JsonResponse(data)


@require_POST
def update_product(request, pk):
    Product.objects.filter(pk=pk).update(name=request.POST["name"], price=request.POST["price"])
    cache.delete("product:%d" % pk)
    return JsonResponse({"ok": True})
