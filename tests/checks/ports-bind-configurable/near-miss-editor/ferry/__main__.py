import os

import uvicorn

port = int(os.environ.get("PORT", "8000"))
uvicorn.run("ferry.app:app", host="127.0.0.1", port=port, reload=True)
