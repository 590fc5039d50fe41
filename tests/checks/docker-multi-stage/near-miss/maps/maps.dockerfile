# The tools are gone again from the same layer.
FROM alpine:3.20
COPY . /maps
RUN apk add --no-cache --virtual .build-deps cmake g++ \
 && cmake -S /maps -B /tmp/b && cmake --build /tmp/b --target install \
 && apk del .build-deps
CMD ["maps"]
