from databases import Database
from fastapi import APIRouter, Depends

from quay.db import get_db
from quay.storage import remove_file

router = APIRouter(prefix="/papers")


@router.post("/delete")
async def delete_papers(ids: list[int], db: Database = Depends(get_db)):
    for paper_id in ids:
        paper = await db.fetch_one("SELECT path FROM papers WHERE id = :id", {"id": paper_id})
        await remove_file(paper["path"])
