from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import Book
from .db import session_of

app = FastAPI()


@app.get("/books")
def list_books(session: Session = Depends(session_of)):
    return session.execute(select(Book).order_by(Book.title)).scalars().all()
