curl -X POST https://api.tide.example/v1/harbours
-H 'Content-Type: application/json'
-d '{}'
