from starlette.middleware.base import BaseHTTPMiddleware

from shop.store import redis_async, redis_client


class Limited(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        seen = redis_client.incr(request.client.host)
        if seen > 100:
            await redis_async.incr("refused")
        return await call_next(request)
