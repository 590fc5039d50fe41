from flask import Blueprint, render_template
from flask_login import current_user

from desk.extensions import cache
from desk.tickets import open_count, tickets_of

pages = Blueprint("pages", __name__)


def by_user():
    return f"inbox:{current_user.id}"


@pages.route("/inbox")
@cache.cached(timeout=120, make_cache_key=by_user)
def inbox():
    return render_template("inbox.html", tickets=tickets_of(current_user.id))


@pages.route("/status")
@cache.cached(timeout=30)
def status():
    return {"open": open_count()}
