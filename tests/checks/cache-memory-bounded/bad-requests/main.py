from fastapi import FastAPI

app = FastAPI()
profile_cache: dict[str, dict] = {}
flag_cache: dict[str, bool] = {}


@app.get("/profiles/{user_id}")
def profile(user_id: str):
    if user_id not in profile_cache:
        profile_cache[user_id] = {"id": user_id}
    return profile_cache[user_id]


# One entry for each of three flags.
@app.get("/flags/{flag}")
def flag_of(flag: str):
    if flag in ("a", "b", "c"):
        flag_cache[flag] = True
    return flag_cache.get(flag)


result_cache: dict[str, list] = {}


@app.get("/search")
def search(query: str):
    if query not in result_cache:
        result_cache[query] = [query.lower()]
    return result_cache[query]
